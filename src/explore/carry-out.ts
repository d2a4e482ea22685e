import { isOvertaken } from './contests.js';
import type { Choose, Execution, System, Victims } from './execution.js';
import { CircleStays } from './stuck.js';

/** So often is a schedule carried out until the first in each queue is first. */
export const MOST_OVERTAKEN = 8;
/** So often is a schedule carried out until it goes the way it went before, where only the store's luck is in between. */
export const MOST_DIVERGED = 40;

/**
 * A schedule in which whoever stands first in a queue goes on first: where the store had it otherwise it is carried out
 * again, a few times. `choose` must begin anew at the place 0.
 */
export async function carriedOut<Result>(
  system: System<Result>,
  choose: Choose,
  victims?: Victims,
): Promise<Execution<Result>> {
  for (let time = 1; ; time += 1) {
    const execution = await system.run(choose, victims);
    if (time === MOST_OVERTAKEN || !isOvertaken(execution.transitions)) return execution;
  }
}

/** As `carriedOut`. Undefined where those who shall fail in its circles are not in them, or cannot be had. */
export function triedOut<Result>(
  system: System<Result>,
  choose: Choose,
  victims: Victims,
): Promise<Execution<Result> | undefined> {
  return carriedOut(system, choose, victims).catch((error: unknown) => {
    if (!(error instanceof CircleStays) || !system.choosesVictim) throw error;
    return undefined;
  });
}
