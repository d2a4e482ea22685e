import type { StartMode } from '../engine/start-plan.js';
import type { Limits } from '../report/gates.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';
import type { HeadStart } from './head-start.js';

export const ENGINES = ['burst', 'k6', 'autocannon'] as const;
export type Engine = (typeof ENGINES)[number];

/** What one invocation is asked for. Everything but the scenario has a default. */
export interface SessionOptions {
  /** A name, a file (`./my.scenario.ts`), or the scenario itself. */
  readonly scenario: string | AnyScenario;
  /** Ids, files, targets themselves, or targets with where their code is. Default: the scenario's default target; in a comparison, every target of its contract. */
  readonly targets?: readonly (string | AnyTarget | ChosenTarget)[];
  /** Programs that are targets, each as a line for the shell; see docs/exec-protocol.md. Default: none. */
  readonly exec?: readonly string[];
  /** Only targets whose first store is one of these. Default: whatever their store. */
  readonly stores?: readonly string[];
  /** `gate` (default) stops a target at its first violation, `compare` runs every planned trial. */
  readonly command?: 'gate' | 'compare';
  /** How many trials, from 1. Default: as many as `confidence` and `maxRate` ask for. */
  readonly trials?: number;
  /**
   * Of a comparison: wall time for all of it, from 1 s to 24 h, divided over its targets. Each is judged on the trials for which
   * there was time, on no fewer than 5. Default: as long as its trials take.
   */
  readonly budgetMs?: number | undefined;
  /** Between 0 and 1. Default 0.95. */
  readonly confidence?: number;
  /** Between 0 and 1: what a pass must exclude. Default 0.05. */
  readonly maxRate?: number;
  /** Default `mixed`. */
  readonly start?: StartMode;
  /** The scenario's own numbers: clients, stock, ... Default: the scenario's. */
  readonly parameters?: Readonly<Record<string, number | undefined>>;
  /** Over how many processes the clients are spread, behind one barrier. Default 1. More than one is never this process. */
  readonly processes?: number;
  /** Of one operation, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Any text; equal seeds give equal attempts and starts. Default: drawn. */
  readonly seed?: string;
  /** `none` runs every target in this process; `process` runs them in one of their own, which can be killed. */
  readonly isolation?: 'none' | 'process';
  /** By store, e.g. `{ postgres: 'postgres://...' }`. Default: a server of our own. */
  readonly storeUrls?: Readonly<Record<string, string | undefined>>;
  /** Allow servers that are not on this machine. Default: false. */
  readonly allowRemote?: boolean;
  /** Stores whose absence is an error, not a skip. Default: none. */
  readonly required?: readonly string[];
  /** A safe target that gives up, or leaves something unclear, gaps or an old copy, fails a gate too. Default: false. */
  readonly strict?: boolean;
  /** What the run is held against on top of its verdict. Default: nothing. */
  readonly limits?: Limits;
  /** What sends the requests of HTTP targets: `burst`, all at once from here, `k6`, or `autocannon`. Default `burst`. */
  readonly engine?: Engine;
  /** A k6 script that race-check exported and somebody edited, sent in place of ours; its thresholds count as limits. */
  readonly k6Script?: string | undefined;
  /** How much autocannon sends: an amount or for some time, over so many connections. Default: for 10 s, over 10. */
  readonly load?: {
    readonly connections?: number | undefined;
    readonly amount?: number | undefined;
    readonly durationMs?: number | undefined;
    /** Requests a second at most. */
    readonly rate?: number | undefined;
  };
  /** Stops the run; what was tried until then is reported as partial. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** A folder for the logs of servers, if the run fails. Default: they are thrown away. */
  readonly keepLogsIn?: string;
  /** Where relative files are looked for. Default: the working directory. */
  readonly cwd?: string;
  /** A `race-check.config.ts` (or .js) whose targets and scenarios are found by their names. Default: none. */
  readonly config?: string;
  /** Default: nobody is told. */
  readonly progress?: SessionProgress;
  /** Processes that were started for this run already. Default: they are started when they are needed. */
  readonly headStart?: HeadStart | undefined;
}

/** Told of what happens while it happens. */
export interface SessionProgress {
  /** `planned` is undefined where nobody knows how many it will be. */
  targetStarted(id: string, role: 'named' | 'control', planned: number | undefined): void;
  trialDone(done: number, violated: number): void;
  targetDone(id: string, words: string): void;
  note(text: string): void;
  /** What is ahead, before it begins. */
  announce?(text: string): void;
}

export const DEFAULTS = {
  confidence: 0.95,
  maxRate: 0.05,
  timeoutMs: 30_000,
  start: 'mixed',
  processes: 1,
} as const satisfies Partial<SessionOptions>;

/** As autocannon's own. */
export const LOAD_DEFAULTS = { connections: 10, durationMs: 10_000 } as const;

/** How many runners k6-operator starts: the fewest that need several. */
export const DEFAULT_PARALLELISM = 2;

/** A run that could take a week helps nobody: bounds on what can be asked for. */
export const LIMITS = {
  ...{ trials: 1_000_000, timeoutMs: 3_600_000, processes: 64 },
  /** Requests of a load, all of which are judged together. */
  amount: 50_000,
  connections: 1_000,
} as const;
