import { CellForecasts, type Cell, type CellTimes } from './cell-forecast.js';

/** What one cell of several may take, and what has become of it. */
export interface TimeSlice {
  readonly shareMs: number;
  /** If it turns out that its share is too small for the fewest trials. */
  readonly mostMs: number;
  /** To be called when it is set up, before its first trial. */
  ready(): void;
  /** To be called after each trial. */
  trialDone(): void;
  /**
   * To be called when its work is done: what it did not use is for the others, and they learn from what it took. One that had
   * too little is kept in mind: see `waiting`.
   */
  end(trials?: TrialsOfSlice): void;
  /** From its beginning to its end, or until now. */
  usedMs(): number;
  /** The mean of its trials; 0 before the first is done. */
  trialMs(): number;
}

/** What became of the trials of a cell. */
export interface TrialsOfSlice {
  readonly run: number;
  readonly counted: number;
  /** Its time was too short for the fewest. */
  readonly tooFew?: boolean;
}

/** A time that cells share, one after the other. */
export interface TimeBudget {
  next(cell: Cell): TimeSlice;
  /**
   * Those who had too little time, and for whose fewest trials there is enough left, as far as they are known by now: first who
   * needs least for each cell that it decides. What the others do not need is kept for them.
   */
  waiting(): readonly Cell[];
}

/** How many trials a cell needs, and how many it wants. */
export interface TrialsOfCells {
  readonly fewest: number;
  readonly most: number;
}

/**
 * Who has too few trials when the share is up borrows from those who come after: up to so many shares, up to an equal part, or
 * up to this part of what they do not need; else all that was spent would be for nothing.
 */
const MOST_SHARES = 3;
const SPARE_PART = 0.5;
/**
 * Kept back for the others before more than the needed is given to anybody: as much again as they are expected to need. With a
 * third of that, a budget that just suffices for the fewest trials of all went into more trials of those who came first.
 */
const RESERVED_PART = 1;
/** More than enough to halve any budget down to a millisecond. */
const HALVINGS = 60;

/**
 * `totalMs` from now on, for these cells. Everybody gets as much time as everybody else, but no less than the fewest trials
 * are expected to take, and no more than all of them do. Where there is not enough for the fewest of each, equal parts would
 * be too short for anybody: it is divided among those that need least for each cell that they decide, and the others get nothing.
 * `now`: monotonic milliseconds.
 */
export function timeBudget(
  totalMs: number,
  cells: readonly Cell[],
  trials: TrialsOfCells,
  now: () => number,
): TimeBudget {
  const startedAt = now();
  const forecasts = new CellForecasts();
  const open = [...cells];
  const tooShort = new Map<string, Cell>();
  const remainsMs = () => Math.max(0, totalMs - (now() - startedAt));
  const claimOf = (cell: Cell): Claim => {
    const { setUpMs, trialMs } = forecasts.of(cell);
    // What holds is worth nothing without its control: that one is worth all of them, also those that have run.
    const alike = cells.filter(({ scenario, store }) => scenario === cell.scenario && store === cell.store);
    return {
      worth: cell.isControl ? Math.max(1, alike.length) : 1,
      needMs: setUpMs + trials.fewest * trialMs,
      wantMs: setUpMs + trials.most * trialMs,
    };
  };
  return {
    next(cell) {
      const beganAt = now();
      const leftMs = remainsMs();
      const place = open.findIndex((other) => nameOf(other) === nameOf(cell));
      if (place >= 0) open.splice(place, 1);
      tooShort.delete(nameOf(cell));
      const others = open.map(claimOf);
      const shareMs = shareOf(claimOf(cell), others, leftMs);
      const spareMs = leftMs - others.reduce((sum, { needMs }) => sum + needMs, 0);
      const lentMs = Math.max(MOST_SHARES * shareMs, leftMs / (open.length + 1), SPARE_PART * spareMs);
      const mostMs = shareMs === 0 ? 0 : Math.min(leftMs, lentMs);
      const learn = (times: Partial<CellTimes>) => forecasts.learn(cell, times);
      const waits = () => {
        open.push(cell);
        tooShort.set(nameOf(cell), cell);
      };
      return new Slice({ shareMs, mostMs, beganAt, now, learn, waits });
    },
    waiting() {
      const claims = new Map([...tooShort.values()].map((cell) => [claimOf(cell), cell]));
      return affordable([...claims.keys()], remainsMs()).map((claim) => claims.get(claim)!);
    },
  };
}

function nameOf({ scenario, target }: Cell): string {
  return `${target} in ${scenario}`;
}

interface Claim {
  /** How many cells are decided by it. */
  readonly worth: number;
  readonly needMs: number;
  readonly wantMs: number;
}

/** The share of the first of them: none where there is not enough for all, and it is among those that need most. */
function shareOf(one: Claim, others: readonly Claim[], leftMs: number): number {
  const served = affordable([one, ...others], leftMs);
  if (!served.includes(one)) return 0;
  const total = (of: (claim: Claim) => number) => served.reduce((sum, claim) => sum + of(claim), 0);
  const neededMs = total(({ needMs }) => needMs);
  const wantedMs = total(({ wantMs }) => wantMs);
  const reservedMs = RESERVED_PART * (neededMs - one.needMs);
  const spareMs = leftMs - reservedMs;
  if (wantedMs <= spareMs) return spareMs * (wantedMs > 0 ? one.wantMs / wantedMs : 1 / served.length);
  const withLevel = (levelMs: number) => (claim: Claim) =>
    Math.min(claim.wantMs, Math.max(claim.needMs, levelMs));
  let lowMs = 0;
  let highMs = leftMs;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const levelMs = (lowMs + highMs) / 2;
    if (total(withLevel(levelMs)) > spareMs) highMs = levelMs;
    else lowMs = levelMs;
  }
  return withLevel(lowMs)(one);
}

/** As many of them as get what they need: those first that need least for each cell that they decide, then who comes first. */
function affordable(claims: readonly Claim[], leftMs: number): readonly Claim[] {
  const inTurn = claims.toSorted((a, b) => a.needMs / a.worth - b.needMs / b.worth);
  let restMs = leftMs;
  return inTurn.filter(({ needMs }) => {
    if (needMs > restMs) return false;
    restMs -= needMs;
    return true;
  });
}

interface SliceFacts {
  readonly shareMs: number;
  readonly mostMs: number;
  readonly beganAt: number;
  readonly now: () => number;
  readonly learn: (times: Partial<CellTimes>) => void;
  readonly waits: () => void;
}

class Slice implements TimeSlice {
  readonly shareMs: number;
  readonly mostMs: number;
  #trials = 0;
  #readyMs: number | undefined;
  #lastTrialMs = 0;
  #endedMs: number | undefined;

  constructor(private readonly facts: SliceFacts) {
    this.shareMs = facts.shareMs;
    this.mostMs = facts.mostMs;
  }

  ready(): void {
    this.#readyMs = this.usedMs();
  }

  trialDone(): void {
    this.#lastTrialMs = this.usedMs();
    this.#trials += 1;
  }

  usedMs(): number {
    return this.#endedMs ?? this.facts.now() - this.facts.beganAt;
  }

  trialMs(): number {
    return this.#trials === 0 ? 0 : (this.#lastTrialMs - (this.#readyMs ?? 0)) / this.#trials;
  }

  end(trials?: TrialsOfSlice): void {
    if (this.#endedMs !== undefined) return;
    this.#endedMs = this.usedMs();
    if (trials?.tooFew) this.facts.waits();
    // Nothing was begun: nothing is learnt.
    if (this.mostMs === 0) return;
    // What was cut off takes at least as long.
    if (this.#readyMs === undefined) return this.facts.learn({ setUpMs: this.#endedMs });
    const trialMs = this.#trials === 0 ? this.#endedMs - this.#readyMs : this.trialMs();
    const { run = 0, counted = 0 } = trials ?? {};
    // Trials that are no evidence have to be made up for.
    const evidenceMs = counted > 0 ? (trialMs * run) / counted : trialMs;
    this.facts.learn({ setUpMs: this.#readyMs, trialMs: evidenceMs });
  }
}
