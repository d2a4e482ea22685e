import { certainlyHappened, productName, type Attempt, type Sale } from './sale.js';
import { buyers } from './words.js';

/** Two buyers who computed what they wrote from the same value. */
export interface LostUpdate {
  readonly message: string;
  /** Both attempts with the read and the write of each. */
  readonly witness: readonly number[];
}

interface ReadThenWrite {
  readonly attempt: Attempt;
  readonly read: number;
  readonly wrote: number;
  readonly witness: readonly number[];
}

/**
 * Two attempts that took units and whose notes show that both read the same stock of this product and both wrote an
 * absolute value. The first such pair in the order of the writes; linear in the notes.
 *
 * It explains a broken sale and is no proof by itself, so ask only where units are missing or too many. Of each attempt
 * only the last write counts, with the last read before it: an earlier pair belongs to a try that was rolled back.
 * (Buyer 4 reads 17, writes 16, is aborted, reads 16, writes 15; buyer 9 reads 17, writes 16: nothing is lost.)
 * Misses what no note tells of, and an absolute write over somebody's relative one.
 */
export function findLostUpdate(sale: Sale, product: number): LostUpdate | undefined {
  const writes = sale.attempts
    .filter((attempt) => certainlyHappened(sale, attempt))
    .flatMap((attempt) => lastWrite(attempt, product) ?? [])
    .sort((a, b) => (a.witness.at(-1) ?? 0) - (b.witness.at(-1) ?? 0));

  const firstByRead = new Map<number, ReadThenWrite>();
  for (const second of writes) {
    const first = firstByRead.get(second.read);
    if (first) return describe(sale, product, first, second);
    firstByRead.set(second.read, second);
  }
  return undefined;
}

function lastWrite(attempt: Attempt, product: number): ReadThenWrite | undefined {
  const accesses = attempt.accesses.filter((access) => access.product === product);
  const writeAt = accesses.findLastIndex(({ kind }) => kind === 'write');
  const write = accesses[writeAt];
  if (write?.stock === undefined || write.relative) return undefined;
  const read = accesses.slice(0, writeAt).findLast(({ kind }) => kind === 'read');
  if (read?.stock === undefined) return undefined;
  return { attempt, read: read.stock, wrote: write.stock, witness: [read.index, write.index] };
}

function describe(sale: Sale, product: number, first: ReadThenWrite, second: ReadThenWrite): LostUpdate {
  const { stock: noun } = sale.words;
  const stock = sale.products.size > 1 ? `${noun} of ${productName(sale, product)}` : noun;
  const who = buyers(sale, [first.attempt.buyer, second.attempt.buyer]);
  const wrote =
    first.wrote === second.wrote
      ? `both wrote ${first.wrote}`
      : `wrote ${first.wrote} and ${second.wrote} from it`;
  return {
    message: `${who} both read ${stock} = ${first.read} and ${wrote}.`,
    witness: [first, second].flatMap((one) => [...one.attempt.witness, ...one.witness]).sort((a, b) => a - b),
  };
}
