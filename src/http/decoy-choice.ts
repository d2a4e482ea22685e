/** Whether decoys are written in front of a burst. */
export type Front = 'decoys' | 'plain';

/** Of each kind, before either is preferred. */
const FIRST_TRIES = 3;
const REMEMBERED = 8;
/** Then one burst in so many is of the other kind: what is preferred may be wrong, or become so. */
const OTHER_EVERY = 8;
/** Requests that were let go further apart than this were not to arrive together. */
const TOGETHER_MS = 1;

/**
 * Which front brings the requests of a small burst closer together, by what was seen of this server.
 *
 * Decoys keep a server with one event loop busy, so that it finds all requests at its next turn. Where several processes share
 * the work they keep one of a pair back, as each process has its own share of them: on two processes under node:cluster a pair
 * hit in half of the bursts behind decoys, and in four of five without. From outside it is not known which kind of server it is.
 * But requests that are handled together are answered together: so both fronts are tried, and the one whose answers come closer
 * to each other is preferred. That is no evidence of anything, and need not be: whichever is chosen, some bursts are of the other kind.
 */
export class DecoyChoice {
  readonly #spreadsMs: Readonly<Record<Front, number[]>> = { decoys: [], plain: [] };
  #bursts = 0;
  #burst: { front: Front; releasedMs: number[]; answeredMs: number[] } | undefined;

  /** What the next burst has in front; with this the one before is over. */
  next(): Front {
    this.#learn();
    const front = this.#choose();
    this.#burst = { front, releasedMs: [], answeredMs: [] };
    this.#bursts += 1;
    return front;
  }

  /** A request of the burst was let go; gives what tells of its answer. */
  released(atMs: number): (answeredAtMs: number) => void {
    const burst = this.#burst;
    burst?.releasedMs.push(atMs);
    return (answeredAtMs) => burst?.answeredMs.push(answeredAtMs);
  }

  #choose(): Front {
    const { decoys, plain } = this.#spreadsMs;
    if (Math.min(decoys.length, plain.length) < FIRST_TRIES) {
      return this.#bursts % 2 === 0 ? 'decoys' : 'plain';
    }
    const better: Front = median(decoys) <= median(plain) ? 'decoys' : 'plain';
    const other: Front = better === 'plain' ? 'decoys' : 'plain';
    return this.#bursts % OTHER_EVERY === 0 ? other : better;
  }

  /** Of bursts that were let go together, and of which every request was answered. */
  #learn(): void {
    if (this.#burst === undefined) return;
    const { front, releasedMs, answeredMs } = this.#burst;
    const isWhole = releasedMs.length > 1 && answeredMs.length === releasedMs.length;
    if (!isWhole || spread(releasedMs) > TOGETHER_MS) return;
    const spreads = this.#spreadsMs[front];
    spreads.push(spread(answeredMs));
    if (spreads.length > REMEMBERED) spreads.shift();
  }
}

function spread(timesMs: readonly number[]): number {
  return Math.max(...timesMs) - Math.min(...timesMs);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
