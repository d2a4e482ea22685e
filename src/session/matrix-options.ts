import type { SessionOptions } from './options.js';

/** What a matrix is asked for: every scenario and every target, unless narrowed. Scenarios have their default numbers. Its budget is 5 min by default. */
export interface MatrixOptions extends Omit<
  SessionOptions,
  'scenario' | 'targets' | 'command' | 'parameters' | 'strict'
> {
  /** Default: all. */
  readonly contracts?: readonly string[];
}

export const MATRIX_DEFAULTS = { budgetMs: 300_000 } as const;
export const BUDGET_LIMITS = { minMs: 1_000, maxMs: 24 * 3_600_000 } as const;
/** Nothing is judged on fewer trials. */
export const FEWEST_TRIALS = 5;

/** What is wrong with a budget, and with the trials that are to be done within it. */
export function budgetProblems({ budgetMs, trials }: Pick<SessionOptions, 'budgetMs' | 'trials'>): string[] {
  if (budgetMs === undefined) return [];
  const { minMs, maxMs } = BUDGET_LIMITS;
  return [
    ...(budgetMs >= minMs && budgetMs <= maxMs
      ? []
      : [`expected a budget from 1 s to 24 h, got ${budgetMs / 1_000} s`]),
    ...(trials === undefined || trials >= FEWEST_TRIALS
      ? []
      : [
          `expected ${FEWEST_TRIALS} trials or more within a budget, since nothing is judged on fewer, got ${trials}`,
        ]),
  ];
}
