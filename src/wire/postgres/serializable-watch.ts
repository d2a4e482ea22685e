import type { PostgresFootprint, Watched, WatchedTransaction } from './footprint.js';
import type { Line } from './line.js';
import { isWatched, mayBeWatched } from './transaction-view.js';

/** The SERIALIZABLE transactions of all sessions at one moment. */
interface Sight {
  readonly all: readonly WatchedTransaction[];
  readonly isUnclear: boolean;
  readonly isMixed: boolean;
}

/**
 * Follows the SERIALIZABLE transactions of all sessions: the server cancels one for what others read and write.
 *
 * One release may let several go on, and who of them is answered first is luck. So each of these answers is seen beside what was in
 * sight at the release, where whoever commits by it is both: still open, and one that has committed.
 * Smallest case: `update` of a row by A, by B, and the COMMIT of A: A is told COMMIT and B is told 40001, in either order.
 */
export class SerializableWatch {
  /** As long as one is open, those that have committed before may decide who is cancelled. */
  #committed: WatchedTransaction[] = [];
  /** One of them did something that is not known. */
  #isUnclear = false;
  /** Another kind of transaction has committed something meanwhile. */
  #isMixed = false;
  #atRelease: Sight | undefined;

  constructor(private readonly lines: ReadonlySet<Line>) {}

  /** From here on each session's transactions are counted anew. */
  begin(): void {
    for (const line of this.lines) line.watchedEnds = 0;
    this.#atRelease = undefined;
  }

  /** What a step of this session is beside. */
  seen(line: Line, watched: Watched): Watched {
    return beside(line, watched, this.#inSight());
  }

  /** What an answered step of this session was beside. */
  seenAtRelease(line: Line, watched: Watched): Watched {
    return beside(line, watched, this.#atRelease ?? this.#inSight());
  }

  /** A step went to the server. */
  released(line: Line, footprint: PostgresFootprint): void {
    const { touches, watched } = footprint;
    line.watched = watched;
    if (touches === 'unknown' && mayBeWatched(line.footprints.view)) this.#isUnclear = true;
    const sight = this.#inSight();
    const ending = watched?.ends === 'commit' ? [committed(watched)] : [];
    this.#atRelease = {
      all: [...sight.all, ...ending],
      isUnclear: sight.isUnclear,
      isMixed: sight.isMixed || mayMix(footprint),
    };
  }

  /** Its client is gone, and so is what it had. */
  left(): void {
    this.#atRelease = this.#inSight();
  }

  /** It was answered. `footprint`: as it was seen. */
  answered(line: Line, footprint: PostgresFootprint, failed: boolean): void {
    const { touches, watched } = footprint;
    line.watched = undefined;
    if (mayMix(footprint)) this.#isMixed = true;
    if (touches === 'unknown' && mayBeWatched(line.footprints.view)) this.#isUnclear = true;
    if (watched !== undefined && watched.ends !== 'no') {
      line.watchedEnds += 1;
      if (watched.ends === 'commit' && !failed) this.#committed.push(committed(watched));
    }
    const isOpen = ({ footprints: { view }, watched: now }: Line) =>
      now !== undefined || (view.open !== 'no' && mayBeWatched(view));
    if ([...this.lines].some(isOpen)) return;
    this.#committed = [];
    this.#isUnclear = false;
    this.#isMixed = false;
  }

  #inSight(): Sight {
    const open = [...this.lines].flatMap((line) => ownOf(line) ?? []);
    return { all: [...open, ...this.#committed], isUnclear: this.#isUnclear, isMixed: this.#isMixed };
  }
}

function beside(line: Line, watched: Watched, { all, isUnclear, isMixed }: Sight): Watched {
  const name = nameOf(line);
  return {
    ...watched,
    own: { ...watched.own, name },
    others: all.filter((other) => other.name !== name),
    isUnclear: watched.isUnclear || isUnclear,
    isMixed,
  };
}

/** The transaction that a step ends with a COMMIT. */
function committed({ own, others }: Watched): WatchedTransaction {
  const open = others.filter(({ hasCommitted }) => !hasCommitted).map(({ name }) => name);
  return { ...own, hasCommitted: true, beside: [...new Set(open)] };
}

/** It publishes something, and the server does not watch it. */
function mayMix({ touches, watched, publishes }: PostgresFootprint): boolean {
  return watched === undefined && (publishes.length > 0 || touches === 'unknown');
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
