import type { ClientContext } from '../core/context.js';

/** From 2001 to 2286: what else a server's header may say is no time of its wall clock. */
const [EARLIEST_MS, LATEST_MS] = [1e12, 1e13];
/** A number's unit shows in its size: seconds (nginx's `$msec`), milliseconds, microseconds or nanoseconds. */
const UNITS_MS = [1_000, 1, 1e-3, 1e-6];

/**
 * When a request arrived by a server's own word, in milliseconds since 1970: a number of seconds, milliseconds,
 * microseconds or nanoseconds since then, also after `t=`, or a date with fractions of a second as in RFC 3339. Nothing for
 * any other text. Nanoseconds are exact to 256.
 */
export function arrivalMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\s*(?:t=)?(\d{9,19}(?:\.\d+)?)\s*$/.exec(text)?.[1];
  const times = number === undefined ? [dateMs(text)] : UNITS_MS.map((unit) => Number(number) * unit);
  return times.find((ms) => ms >= EARLIEST_MS && ms < LATEST_MS);
}

/** `Date` keeps three digits of a second; a server may give nine. */
function dateMs(text: string): number {
  const date = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text.trim());
  return date === null ? Number.NaN : Date.parse(`${date[1]}${date[3]}`) + Number(date[2] ?? 0) * 1_000;
}

/**
 * Tells the engine what an answer says of its request's arrival, or that it does not, where it was to: `no-arrival`. `header` is
 * in lower case.
 */
export function tellArrival(
  context: ClientContext,
  headers: Readonly<Record<string, string>>,
  header: string | undefined,
): void {
  if (header === undefined) return;
  const atMs = arrivalMs(headers[header]);
  if (atMs === undefined) context.count('no-arrival');
  else context.arrived(atMs);
}
