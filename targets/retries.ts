import type { ClientContext } from '../src/core/context.js';

/** Times that a transaction may be tried again; without a scenario's word, until the operation's time-out. */
export function retriesOf({ parameters }: Pick<ClientContext, 'parameters'>): number {
  return parameters.retries ?? Number.POSITIVE_INFINITY;
}
