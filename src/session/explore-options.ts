import type { SearchPlan } from '../explore/explored.js';
import type { SessionOptions } from './options.js';

export type { SearchPlan };

/** What exploring is asked for. Everything but the scenario has a default. */
export interface ExploreOptions extends Pick<
  SessionOptions,
  | 'scenario'
  | 'targets'
  | 'exec'
  | 'config'
  | 'stores'
  | 'parameters'
  | 'timeoutMs'
  | 'seed'
  | 'isolation'
  | 'storeUrls'
  | 'allowRemote'
  | 'required'
  | 'strict'
  | 'signal'
  | 'keepLogsIn'
  | 'cwd'
  | 'progress'
> {
  /** Every target of the contract. */
  readonly all?: boolean;
  /** Default: exhaustive, with reduction. */
  readonly search?: SearchPlan;
  /** Default: without a bound; of a random search 1,000. */
  readonly maxSchedules?: number | undefined;
  /** Of each target, in milliseconds. Default 60,000. */
  readonly budgetMs?: number | undefined;
}

export const EXPLORE_DEFAULTS = {
  search: { kind: 'exhaustive', reduce: true },
  budgetMs: 60_000,
  /** Of one step, and of one operation. */
  timeoutMs: 10_000,
  depth: 3,
  samples: 1_000,
} as const satisfies Partial<ExploreOptions> & Record<string, unknown>;

export const EXPLORE_LIMITS = { clients: 8, depth: 10, schedules: 10_000_000 } as const;
