import type { HostError } from './protocol.js';

/** A request that the host could not do, with the word for whose fault it is. */
export class HostFailure extends Error {
  constructor(readonly error: HostError) {
    super(error.message);
  }
}
