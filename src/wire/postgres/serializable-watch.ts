import type { PostgresFootprint, Watched, WatchedTransaction } from './footprint.js';
import type { Line } from './line.js';
import { isWatched, mayBeWatched } from './transaction-view.js';

/** Follows the SERIALIZABLE transactions of all sessions: the server cancels one for what others read and write. */
export class SerializableWatch {
  /** As long as one is open, those that have committed before may decide who is cancelled. */
  #committed: WatchedTransaction[] = [];
  /** One of them did something that is not known. */
  #isUnclear = false;
  /** Another kind of transaction has committed something meanwhile. */
  #isMixed = false;

  constructor(private readonly lines: ReadonlySet<Line>) {}

  /** From here on each session's transactions are counted anew. */
  begin(): void {
    for (const line of this.lines) line.watchedEnds = 0;
  }

  /** What a step of this session is beside. */
  seen(line: Line, watched: Watched): Watched {
    const others = [...this.lines].flatMap((other) => (other === line ? [] : (ownOf(other) ?? [])));
    return {
      ...watched,
      own: { ...watched.own, name: nameOf(line) },
      others: [...others, ...this.#committed],
      isUnclear: watched.isUnclear || this.#isUnclear,
      isMixed: this.#isMixed,
    };
  }

  /** A step went to the server. */
  released(line: Line, { touches, watched }: PostgresFootprint): void {
    line.watched = watched;
    if (touches === 'unknown' && mayBeWatched(line.footprints.view)) this.#isUnclear = true;
  }

  /** It was answered. `footprint`: as it was seen. */
  answered(line: Line, { touches, watched, publishes }: PostgresFootprint, failed: boolean): void {
    line.watched = undefined;
    if (watched === undefined && (publishes.length > 0 || touches === 'unknown')) this.#isMixed = true;
    if (touches === 'unknown' && mayBeWatched(line.footprints.view)) this.#isUnclear = true;
    if (watched !== undefined && watched.ends !== 'no') {
      line.watchedEnds += 1;
      if (watched.ends === 'commit' && !failed) {
        const beside = watched.others.filter(({ hasCommitted }) => !hasCommitted).map(({ name }) => name);
        this.#committed.push({ ...watched.own, beside });
      }
    }
    const isOpen = ({ footprints: { view }, watched: now }: Line) =>
      now !== undefined || (view.open !== 'no' && mayBeWatched(view));
    if ([...this.lines].some(isOpen)) return;
    this.#committed = [];
    this.#isUnclear = false;
    this.#isMixed = false;
  }
}

/** The session's transaction, with what is on its way. */
function ownOf(line: Line): WatchedTransaction | undefined {
  const { view } = line.footprints;
  // What is on its way may end it, but has not yet.
  if (line.watched !== undefined) return { ...line.watched.own, name: nameOf(line), hasCommitted: false };
  if (!isWatched(view)) return undefined;
  const { watchedReads: reads, watchedWrites: writes } = view;
  return { name: nameOf(line), reads, writes, hasCommitted: false, beside: [] };
}

function nameOf({ client, number, watchedEnds }: Line): string {
  return `${client}.${number}.${watchedEnds}`;
}
