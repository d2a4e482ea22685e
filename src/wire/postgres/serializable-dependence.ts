import {
  hasLocks,
  type PostgresFootprint,
  type Rows,
  type Watched,
  type WatchedTransaction,
} from './footprint.js';

/** A step as the server's watch over SERIALIZABLE transactions sees it. */
interface WatchedStep extends Watched {
  readonly fixesSnapshot: boolean;
}

/**
 * Whether the order of two neighbouring steps of SERIALIZABLE transactions could decide whom the server cancels.
 *
 * The server notes who reads what another one, beside whom he is open, has written (an edge from the reader to the writer), at
 * whichever step comes second. It cancels somebody when edges make a dangerous structure, R to P to O (R and O may be one), of
 * which O has committed first: at the step that makes the last edge or at the COMMIT of O, and then P or whoever makes it fails.
 * So while nobody has committed beside an open one, edges can be made in any order. SIREAD locks grow from rows to pages to tables as
 * the server likes, so tables are compared, not rows. Fekete et al., Making Snapshot Isolation Serializable, ACM TODS 2005;
 * Ports and Grittner, Serializable Snapshot Isolation in PostgreSQL, VLDB 2012; `predicate.c`.
 */
export function watchedDependent(one: PostgresFootprint, other: PostgresFootprint): boolean {
  if (one.watched === undefined || other.watched === undefined) return false;
  if (!isAtWork(one, one.watched) || !isAtWork(other, other.watched)) return false;
  if (one.watched.isUnclear || other.watched.isUnclear) return true;
  const [a, b] = [stepOf(one, one.watched), stepOf(other, other.watched)];
  const structures = dangerous(a, b);
  return (
    meet(a, b) ||
    meet(b, a) ||
    edgesMatter(a, b, structures) ||
    endMatters(a, b, structures) ||
    endMatters(b, a, structures) ||
    endsMatter(a, b)
  );
}

function isAtWork({ asks, fixesSnapshot }: PostgresFootprint, { reads, writes, ends }: Watched): boolean {
  return reads.length + writes.length > 0 || ends !== 'no' || fixesSnapshot || hasLocks(asks);
}

function stepOf({ fixesSnapshot }: PostgresFootprint, watched: Watched): WatchedStep {
  return { ...watched, fixesSnapshot };
}

/**
 * A read makes an edge to a write of what it has read wherever it comes, before or after. But an index page was read too, and if
 * somebody adds a row to it that was not looked for, there is an edge where the read came first, and none where it came second.
 * Case: `select` of id 1 by its index | `insert` of id 5.
 *
 * So only a read that comes by what is written, whenever it does, can change places with it: of the same row, or of all. And if a
 * row has got a version in between, who goes by an index does not come by those behind the one that he sees.
 */
function meet(a: WatchedStep, b: WatchedStep): boolean {
  return a.rowsRead.some((read) =>
    b.rowsWritten.some(
      (written) =>
        read.table === written.table && !comesBy(read, written, () => isUnchanged(read.table, a, b)),
    ),
  );
}

function comesBy(read: Rows, written: Rows, isUnchanged: () => boolean): boolean {
  if (read.comesBy === 'every version') return true;
  const isRow = written.keys?.some((key) => read.keys?.includes(key)) ?? false;
  return (isRow || read.comesBy === 'every row') && isUnchanged();
}

/** Nobody has committed something in this table beside one of the two. */
function isUnchanged(table: string, a: WatchedStep, b: WatchedStep): boolean {
  if (a.isMixed || b.isMixed) return false;
  return ![...a.others, ...b.others].some(
    (one) =>
      one.hasCommitted &&
      one.writes.includes(table) &&
      [a.own.name, b.own.name].some((name) => one.name !== name && one.beside.includes(name)),
  );
}

/**
 * After O has committed, whoever makes the last edge fails, or has P fail: that concerns those who are part of it.
 * Case: C has committed a write of `b`. `P reads b` | `A reads a`, which P has written.
 */
function edgesMatter(a: WatchedStep, b: WatchedStep, structures: readonly Structure[]): boolean {
  return structures.some(
    (structure) =>
      structure.out.hasCommitted &&
      ((makesEdgeOf(a, structure) && isPart(b, structure)) ||
        (makesEdgeOf(b, structure) && isPart(a, structure))),
  );
}

/**
 * A COMMIT makes its transaction one that others cannot come after any more: as O it has P fail; as R or P it is no longer the one
 * that can. A ROLLBACK takes its edges with it, which nobody notices who makes none of that structure himself. Who takes his
 * snapshot before the COMMIT has been beside it.
 * Case: A and B have each read what the other writes. `A: commit` | `B: update`, or `B: select` of something that C has written.
 */
function endMatters(a: WatchedStep, b: WatchedStep, structures: readonly Structure[]): boolean {
  if (a.ends === 'no') return false;
  if (a.ends === 'rollback') {
    return structures.some(
      (structure) => structure.out.hasCommitted && isPart(a, structure) && makesEdgeOf(b, structure),
    );
  }
  const { reads, writes } = a.own;
  if (b.fixesSnapshot && reads.length + writes.length > 0) return true;
  return structures.some((structure) => {
    const isFirst = structure.out.name === a.own.name || structure.out.hasCommitted;
    if (!isFirst || !isPart(a, structure)) return false;
    // Of those who make no edge themselves, and do not end, P alone is told.
    const isPivot = structure.pivot.name === b.own.name;
    return b.ends === 'no' ? isPivot || makesEdgeOf(b, structure) : isPart(b, structure);
  });
}

/**
 * Which of two has committed first is remembered as long as a third one is open who may come between them.
 * Case: `A: commit` | `B: commit`, and then C, who wrote what B had read, reads what A wrote.
 */
function endsMatter(a: WatchedStep, b: WatchedStep): boolean {
  if (a.ends !== 'commit' || b.ends !== 'commit') return false;
  const hasWritten = ({ own }: WatchedStep) => own.writes.length > 0;
  if (!hasWritten(a) && !hasWritten(b)) return false;
  const isThird = ({ name, hasCommitted }: WatchedTransaction) =>
    !hasCommitted && name !== a.own.name && name !== b.own.name;
  return [...a.others, ...b.others].some(isThird);
}

/** What may come to be R to P to O. */
interface Structure {
  readonly reader: WatchedTransaction;
  readonly pivot: WatchedTransaction;
  readonly out: WatchedTransaction;
}

function dangerous(a: WatchedStep, b: WatchedStep): readonly Structure[] {
  const all = transactionsOf(a, b);
  return all.flatMap((out) =>
    all
      .filter((pivot) => isEdge(pivot, out))
      .flatMap((pivot) =>
        all.filter((reader) => isEdge(reader, pivot)).map((reader) => ({ reader, pivot, out })),
      ),
  );
}

/** Of both steps, each transaction once, as far as either knows it. */
function transactionsOf(a: WatchedStep, b: WatchedStep): readonly WatchedTransaction[] {
  const known = new Map<string, WatchedTransaction>();
  for (const one of [...a.others, ...b.others]) {
    const before = known.get(one.name);
    known.set(one.name, before === undefined ? one : together(before, one));
  }
  // Neither has ended before the other one's step: its end is the step itself.
  for (const { own } of [a, b])
    known.set(own.name, { ...together(known.get(own.name) ?? own, own), hasCommitted: false });
  return [...known.values()];
}

function together(one: WatchedTransaction, other: WatchedTransaction): WatchedTransaction {
  return {
    name: one.name,
    reads: [...one.reads, ...other.reads],
    writes: [...one.writes, ...other.writes],
    hasCommitted: one.hasCommitted || other.hasCommitted,
    beside: [...one.beside, ...other.beside],
  };
}

function isEdge(reader: WatchedTransaction, writer: WatchedTransaction): boolean {
  return reader.name !== writer.name && anyOf(reader.reads, writer.writes) && wereBeside(reader, writer);
}

/** Two that are open are; one that has committed was beside those that were open then. */
function wereBeside(one: WatchedTransaction, other: WatchedTransaction): boolean {
  if (!one.hasCommitted && !other.hasCommitted) return true;
  return one.beside.includes(other.name) || other.beside.includes(one.name);
}

function isPart({ own: { name } }: WatchedStep, { reader, pivot, out }: Structure): boolean {
  return reader.name === name || pivot.name === name || out.name === name;
}

/** The step may make one of its two edges. */
function makesEdgeOf(step: WatchedStep, { reader, pivot, out }: Structure): boolean {
  return makesEdge(step, reader, pivot) || makesEdge(step, pivot, out);
}

function makesEdge(
  { own: { name }, reads, writes }: WatchedStep,
  reader: WatchedTransaction,
  writer: WatchedTransaction,
): boolean {
  return (
    (reader.name === name && anyOf(reads, writer.writes)) ||
    (writer.name === name && anyOf(reader.reads, writes))
  );
}

function anyOf(ones: readonly string[], others: readonly string[]): boolean {
  return ones.some((one) => others.includes(one));
}
