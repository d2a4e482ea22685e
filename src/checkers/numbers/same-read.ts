import type { Created } from './numbering.js';

/** Two attempts that built on the same number. */
export interface SameRead {
  readonly message: string;
  /** Both attempts with the read and the write of each. */
  readonly witness: readonly number[];
}

interface ReadThenWrite {
  readonly attempt: Created;
  readonly read: number;
  readonly witness: readonly number[];
}

/**
 * Of attempts that were given one number, the first two whose notes show that both read the same last number before
 * they wrote it. Linear in the notes.
 *
 * It explains a number that was given twice and is no proof by itself. Of each attempt only the last write counts, with
 * the last read before it: an earlier pair belongs to a try that was rolled back. Misses what no note tells of, and two
 * that read different numbers (the highest of texts may stay the same while the numbers rise).
 */
export function findSameRead(sharing: readonly Created[]): SameRead | undefined {
  const firstByRead = new Map<number, ReadThenWrite>();
  for (const attempt of sharing) {
    const second = lastWrite(attempt);
    if (!second) continue;
    const first = firstByRead.get(second.read);
    if (first) return describe(first, second);
    firstByRead.set(second.read, second);
  }
  return undefined;
}

function lastWrite(attempt: Created): ReadThenWrite | undefined {
  const { accesses, number } = attempt;
  const writeAt = accesses.findLastIndex(({ kind }) => kind === 'write');
  const write = accesses[writeAt];
  if (write?.number !== number) return undefined;
  const read = accesses.slice(0, writeAt).findLast(({ kind }) => kind === 'read');
  return read && { attempt, read: read.number, witness: [read.index, write.index] };
}

function describe(first: ReadThenWrite, second: ReadThenWrite): SameRead {
  const { client, number } = first.attempt;
  return {
    message: `Clients ${client} and ${second.attempt.client} both read ${first.read} and both wrote ${number}.`,
    witness: [first, second].flatMap((one) => [...one.attempt.witness, ...one.witness]).sort((a, b) => a - b),
  };
}
