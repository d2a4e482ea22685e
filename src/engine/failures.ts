import { NotHappened } from '../core/context.js';
import type { OperationError } from '../core/history.js';
import type { StoreErrors } from '../stores/errors.js';
import type { HostError } from './protocol.js';

/** `mistake`: the target's code is wrong. `not-happened`: it certainly did not happen. `unknown`: it may have. */
export type Failure = 'mistake' | 'not-happened' | 'unknown';

const NATIVE_MISTAKES = [TypeError, ReferenceError, RangeError, SyntaxError];

export function classify(error: unknown, stores: readonly StoreErrors[]): Failure {
  if (isNotHappened(error)) return 'not-happened';
  if (stores.some((store) => store.isProgrammingError(error))) return 'mistake';
  // `fetch` throws a TypeError with a cause when a connection fails: that is the network's fault, not the code's.
  const native = NATIVE_MISTAKES.some((kind) => error instanceof kind);
  return native && (error as Error).cause === undefined ? 'mistake' : 'unknown';
}

/** By name as well: a target in the user's own file may hold another copy of the class. */
function isNotHappened(error: unknown): error is NotHappened {
  return error instanceof NotHappened || (error instanceof Error && error.name === 'NotHappened');
}

export function operationError(error: unknown): OperationError {
  if (!(error instanceof Error)) return { code: 'thrown', message: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : error.name,
    message: error.message,
  };
}

export function hostError(error: unknown, kind: HostError['kind']): HostError {
  const { code, message } = operationError(error);
  return { kind, message, code, ...(error instanceof Error && error.stack ? { stack: error.stack } : {}) };
}
