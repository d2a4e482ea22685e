import { setTimeout as wait } from 'node:timers/promises';
import { isOvertaken } from './contests.js';
import type { Choose, Execution, System, Victims } from './execution.js';
import { CircleStays } from './stuck.js';

/** So often is a schedule carried out until the first in each queue is first, and until it goes the way it went before. */
export const MOST_TIMES = 40;
/** After so many times in a row it is no accident: both of them are woken on one busy core, where the later one goes first. */
const MOST_AT_ONCE = 6;
/** By then the system has them run elsewhere. */
const APART_MS = 10;

/** Before a schedule is carried out once more, since the store had its luck in it so many times. */
export async function beforeNextTime(times: number): Promise<void> {
  if (times >= MOST_AT_ONCE) await wait(APART_MS);
}

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
    if (time === MOST_TIMES || !isOvertaken(execution.transitions)) return execution;
    await beforeNextTime(time);
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
