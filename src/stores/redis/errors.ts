import { NotHappened } from '../../core/context.js';

/** The word in capitals with which a server's error begins, e.g. `WRONGTYPE`; undefined for an error of another kind. */
export function redisCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^-?([A-Z]+)\b/.exec(error.message)?.[1];
}

/** Wrong whatever the moment. `ERR` begins many errors: of those, the ones that tell of a command or script that is wrong. */
const MISTAKES = new Set(['WRONGTYPE', 'NOPERM', 'CROSSSLOT', 'NOPROTO']);
const WRONG_COMMAND =
  /unknown (sub)?command|wrong number of arguments|syntax error|not an integer|not a valid float|compiling script|script.*(attempted to access|nonexistent)|calls can not be nested|without MULTI|index out of range/i;

/** The command or the script is wrong, or the user lacks a right: repeating it cannot help, and no race brings it about. */
export function isProgrammingError(error: unknown): boolean {
  const code = redisCode(error);
  if (code === undefined) return false;
  return MISTAKES.has(code) || (code === 'ERR' && WRONG_COMMAND.test((error as Error).message));
}

/** The server refuses to begin: it is loading, read-only, out of memory, or busy with a script. */
const REFUSED = new Set([
  'LOADING',
  'READONLY',
  'OOM',
  'BUSY',
  'MISCONF',
  'MASTERDOWN',
  'NOREPLICAS',
  'EXECABORT',
]);

/**
 * A `NotHappened` for an error with which the server refused to begin a command, or a MULTI. Else undefined. True only of
 * that command, not of what was done before it; a script that was already running may have written.
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function notHappened(error: unknown): NotHappened | undefined {
  const code = redisCode(error);
  if (code === undefined || !REFUSED.has(code)) return undefined;
  return new NotHappened((error as Error).message, code, { cause: error });
}
