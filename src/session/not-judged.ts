import type { HostError } from '../engine/protocol.js';
import type { StoreUnavailable } from '../stores/store.js';
import { userPlace } from './user-place.js';

/** What becomes of a target of which nothing can be told but why. */
export type NotJudged =
  | { readonly kind: 'skipped'; readonly error: StoreUnavailable }
  | { readonly kind: 'could-not-run'; readonly error: HostError };

/** Its row in a report. */
export function notJudged(result: NotJudged) {
  if (result.kind === 'skipped') {
    const { store, message: reason, remedy } = result.error;
    return { outcome: 'skipped' as const, store, reason, remedy };
  }
  const { message, stack } = result.error;
  const place = userPlace(stack);
  return { outcome: 'error' as const, message: place === undefined ? message : `${message} (${place})` };
}
