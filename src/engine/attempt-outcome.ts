import type { OperationError } from '../core/history.js';
import type { Json } from '../core/json.js';
import { limitWords } from '../core/time-limit.js';
import type { ClientSlot } from './client-slot.js';

/** What became of one attempt. */
export type AttemptOutcome =
  | { readonly kind: 'answer'; readonly value: Json }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'ended'; readonly error: OperationError };

/** The first of: an answer, an error, the time-out, a crash at a point. Whatever comes later is not looked at. */
export function outcomeOf(
  slot: ClientSlot,
  timeoutMs: number,
  operation: () => Promise<Json>,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const done = (result: AttemptOutcome) => {
      clearTimeout(timer);
      slot.onCrash = undefined;
      resolve(result);
    };
    const timer = setTimeout(() => {
      done({
        kind: 'ended',
        error: { code: 'timeout', message: `no answer within ${limitWords(timeoutMs)}` },
      });
      slot.abort();
    }, timeoutMs);
    slot.onCrash = () =>
      done({ kind: 'ended', error: { code: 'crashed', message: 'the client died at a point' } });
    operation().then(
      (value) => done({ kind: 'answer', value: value ?? null }),
      (error: unknown) => done({ kind: 'thrown', error }),
    );
  });
}
