import { grouped } from './grouped.js';

/** A limit of time in a message: `300 ms`, `5.1 s`, `10 s`. The fraction of a millisecond that a plan adds to one says nothing. */
export function limitWords(ms: number): string {
  const tenths = Math.round(ms / 100);
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${grouped(tenths / 10)} s`;
}
