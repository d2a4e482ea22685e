import { NotHappened } from '../../core/context.js';

/** The first two places of an SQLSTATE, as the manual's appendix A lists them. Keeps `EPIPE` and its like apart. */
const SQLSTATE = /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** How deep an error may be wrapped: query builders put the driver's own into `cause`. */
const MAX_CAUSES = 5;

/** The SQLSTATE that the server answered with, from any driver's error or the cause of a wrapper's. */
export function sqlState(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    const { code } = current as { code?: unknown };
    if (typeof code === 'string' && SQLSTATE.test(code)) return code;
    current = current.cause;
  }
  return undefined;
}

/** Beyond class 42 (syntax error or access rule violation): what no timing brings about. */
const MISTAKES = new Set([
  '08P01', // A message that the protocol does not allow, e.g. too few parameters.
  '0A000', // A feature that this server does not have.
  '25001', // Not inside a transaction, or too late in it.
  '25006', // A write in a read-only transaction.
  '25P01', // Only inside a transaction.
  '26000', // A prepared statement that does not exist.
  '3D000', // A database that does not exist.
  '3F000', // A schema that does not exist.
]);

/**
 * The statement, or the role's rights, are wrong, not the moment: repeating it cannot help, and no race brings it about.
 * A missing right (42501) counts, since every operation would fail alike.
 */
export function isProgrammingError(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && (code.startsWith('42') || MISTAKES.has(code));
}

/**
 * A `NotHappened` for an error by which the server says that it rolled the transaction back: SQLSTATE class 40, without
 * 40003 (completion unknown). Else undefined. For targets that bring their own transactions; true only of what was done
 * inside the transaction, not of a write that was committed before it.
 * Source: https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export function notHappened(error: unknown): NotHappened | undefined {
  const code = sqlState(error);
  if (code === undefined || !isAborted(code)) return undefined;
  return rolledBack(error, code);
}

/** The server aborted the transaction; the same transaction may succeed when it is tried again. */
export function isAborted(code: string): boolean {
  return code.startsWith('40') && code !== '40003';
}

export function rolledBack(error: unknown, code: string): NotHappened {
  const message = error instanceof Error ? error.message : String(error);
  return new NotHappened(message, code, { cause: error });
}
