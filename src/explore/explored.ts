import type { Finding } from '../core/checker.js';
import type { VerdictKind } from '../core/verdict.js';

/** An operation is held between its steps for as long as others take: it may take so many times what a step may. */
export const OPERATION_FACTOR = 60;

export interface ExhaustivePlan {
  readonly kind: 'exhaustive';
  readonly reduce: boolean;
  /** Most interruptions of clients in one schedule. */
  readonly preemptions?: number | undefined;
}

/** Whether equivalent schedules are left out: they are not where interruptions are bounded, which are not the same in all of them. */
export function reduces({ reduce, preemptions }: ExhaustivePlan): boolean {
  return reduce && preemptions === undefined;
}

/** How schedules are chosen. */
export type SearchPlan =
  ExhaustivePlan | { readonly kind: 'pct'; readonly depth: number } | { readonly kind: 'random' };

/** A search with its bounds. */
export interface ExplorePlan {
  readonly search: SearchPlan;
  readonly maxSchedules?: number | undefined;
  readonly budgetMs: number;
  readonly seed: string;
}

/** A schedule as it is kept: enough to carry it out again, and to tell whether it went the same way. */
export interface KeptSchedule {
  /** Who goes, step by step. */
  readonly clients: readonly number[];
  /** Who fails in the first circle of clients that wait for each other, in the second, ...; null, or absent: whoever closes it. */
  readonly victims?: readonly (number | null)[];
  /** Clients that take no part. */
  readonly absent: readonly number[];
  /** What came of each step, ids replaced by the order in which they appear. */
  readonly trace: readonly string[];
}

/** One step of a counterexample, for people. */
export interface ScheduleRow {
  readonly client: number;
  readonly request: string;
  /** Absent where the step had to wait: it stands then in the row that brought it. */
  readonly answer?: string;
  /** Answers of other clients' steps that had waited until then. */
  readonly also: readonly { readonly client: number; readonly answer: string }[];
}

/** What became of carrying out a schedule again. */
export interface Replayed {
  readonly times: number;
  /** How often it went the same way and showed the same. */
  readonly reproduced: number;
  /** The first that did not: its step from 1, what was expected, and what came. */
  readonly divergence?: { readonly step: number; readonly expected: string; readonly came: string };
}

export interface Counterexample {
  readonly schedule: KeptSchedule;
  readonly rows: readonly ScheduleRow[];
  readonly finding: Finding;
  /** Place in `rows` of the last step that the finding rests on: from there on it is proved. */
  readonly provedAt: number;
  /** Place in `rows` after which every order in which the clients go on one after the other is violated too. */
  readonly doomedAt?: number;
  readonly switches: number;
  readonly replayed: Replayed;
}

/** One anomaly, and in how many schedules it was found. */
export interface CountedFinding extends Omit<Finding, 'witness' | 'needlessRefusals'> {
  readonly schedules: number;
}

/** What exploring one target came to. Plain JSON: it crosses a process border. */
export interface Explored {
  readonly verdict: VerdictKind;
  /** For people; never empty where the verdict is inconclusive. */
  readonly reasons: readonly string[];
  readonly search: SearchPlan;
  readonly clients: number;
  readonly workers: number;
  /** What each client had for itself, so that its statements are known to be its own. Absent: all were in one process. */
  readonly each?: 'instance' | 'program';
  readonly schedules: {
    /** Followed to their end, and judged. */
    readonly run: number;
    /** Begun, and seen to be like one that had been run. */
    readonly redundant: number;
    /** Carried out again, since the store had let clients that waited go on in another order. Absent: none. */
    readonly repeated?: number;
    readonly violated: number;
    /** With an operation that failed for certain, or was refused although possible. */
    readonly gaveUp: number;
    /** How many interleavings those that were run stand for, and the violated ones among them; decimal. */
    readonly standFor?: { readonly all: string; readonly violated: string };
  };
  /** Every one of them was run, or stands behind one that was. */
  readonly isExhaustive: boolean;
  /** Only among schedules in which nobody repeats himself while nothing changes. */
  readonly isFair: boolean;
  /** What was left out, and why; for people. */
  readonly cut: readonly string[];
  /** Least chance of one schedule, and of all of them, to show a bug of that depth. */
  readonly chance?: { readonly each: number; readonly all: number; readonly steps: number };
  /** Different ends: what the clients were told, and the scenario's numbers. */
  readonly ends: number;
  readonly steps: { readonly fewest: number; readonly most: number };
  /** Who decides which client of a circle fails. Absent where there was no circle. */
  readonly victimChosenBy?: 'scheduler' | 'server';
  readonly findings: readonly CountedFinding[];
  readonly counterexample?: Counterexample;
  /** Until the last schedule of the search had been run. */
  readonly searchMs: number;
  /** With what it took to make a counterexample small, and to carry it out again. */
  readonly elapsedMs: number;
  readonly firstViolationMs?: number;
}
