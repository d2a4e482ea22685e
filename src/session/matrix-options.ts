import type { SessionOptions } from './options.js';

/** What a matrix is asked for: every scenario and every target, unless narrowed. Scenarios have their default numbers. */
export interface MatrixOptions extends Omit<
  SessionOptions,
  'scenario' | 'targets' | 'command' | 'parameters' | 'strict'
> {
  /** Default: all. */
  readonly contracts?: readonly string[];
  /** Wall time for all of it, from 1 s to 24 h. Default 5 min. */
  readonly budgetMs?: number;
}

export const MATRIX_DEFAULTS = { budgetMs: 300_000 } as const;
export const BUDGET_LIMITS = { minMs: 1_000, maxMs: 24 * 3_600_000 } as const;
/** Nothing is judged on fewer trials. */
export const FEWEST_TRIALS = 5;
