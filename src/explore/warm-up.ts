import { Diverged } from './diverged.js';
import type { Transition } from './execution.js';
import type { Traces } from './traces.js';

/**
 * So often is something done again that went another way the first times. Drivers prepare a statement when they first meet it, or
 * at its fifth time (psycopg), and what is prepared already is other steps: pgx, asyncpg, Npgsql.
 */
export const MOST_WARMING = 40;

/** Carries one schedule out until it goes the same way twice, and lets `traces` learn from these two. Throws `Diverged`. */
export async function warmedUp<R extends { readonly transitions: readonly Transition[] }>(
  traces: Traces,
  run: () => Promise<R>,
): Promise<R> {
  let before = await run();
  for (let time = 1; ; time += 1) {
    const again = await run();
    try {
      traces.learn(before.transitions, again.transitions);
      return again;
    } catch (error) {
      if (!(error instanceof Diverged) || time === MOST_WARMING) throw error;
    }
    before = again;
  }
}
