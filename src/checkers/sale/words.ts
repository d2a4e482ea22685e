import type { Attempt, Sale } from './sale.js';

/** How many buyers a sentence names before it counts the rest. */
const NAMED = 5;

/** `1 unit`, `2 units`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `Buyer 4`, `Buyers 4 and 9`, `Buyers 4, 9, 12, 13, 14 and 8 more`, or what else the contract calls them. */
export function buyers({ words }: Pick<Sale, 'words'>, numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED).map(String);
  const rest = numbers.length - named.length;
  const listed = rest > 0 ? [...named, `${rest} more`] : named;
  const last = listed.at(-1) ?? '';
  const noun = capital(words.buyer);
  return listed.length > 1 ? `${noun}s ${listed.slice(0, -1).join(', ')} and ${last}` : `${noun} ${last}`;
}

/** The events of the attempts that a sentence names, in the order of the history. */
export function witnessOf(attempts: readonly Attempt[]): number[] {
  return attempts
    .slice(0, NAMED)
    .flatMap((attempt) => attempt.witness)
    .sort((a, b) => a - b);
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
