/** How many a sentence names before it counts the rest. */
const NAMED = 5;

/** `1 booking`, `2 bookings`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `Client 4`, `Clients 4 and 9`, `Clients 4, 9, 12, 13, 14 and 8 more`. */
export function clients(numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED).map(String);
  const rest = numbers.length - named.length;
  const listed = rest > 0 ? [...named, `${rest} more`] : named;
  const last = listed.at(-1) ?? '';
  return listed.length > 1 ? `Clients ${listed.slice(0, -1).join(', ')} and ${last}` : `Client ${last}`;
}

/** The events of those that a sentence names, in the order of the history. */
export function witnessOf(named: readonly { readonly witness: readonly number[] }[]): number[] {
  return [...new Set(named.slice(0, NAMED).flatMap(({ witness }) => witness))].sort((a, b) => a - b);
}

/** A time between two moments of a history, for people. */
export function lasting(ns: number): string {
  return `${(ns / 1e6).toFixed(ns < 10e6 ? 1 : 0)} ms`;
}
