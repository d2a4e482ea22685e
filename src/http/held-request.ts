import type { Json } from '../core/json.js';
import type { HeldAttempt } from '../core/target.js';
import type { HeldRequest, HttpAnswer } from './http-transport.js';

/** A held request as an attempt with this outcome. An early answer may come until the very release. */
export function heldAttempt(held: HeldRequest, outcome: (answer: HttpAnswer) => Json): HeldAttempt {
  return {
    get early() {
      return held.early;
    },
    release: async () => outcome(await held.release()),
    abandon: () => held.abandon(),
  };
}
