import type { ContractTypes } from '../core/contract.js';
import { MOST_TIMES } from './carry-out.js';
import { following } from './choosers.js';
import { hasContest } from './contests.js';
import type { KeptSchedule, Replayed } from './explored.js';
import { violationOf } from './explored-trial.js';
import type { TargetSystem } from './target-system.js';
import type { Traces } from './traces.js';

/** Carries a kept schedule out again and again: whether it goes the same way, and shows a violation. */
export async function replay(
  system: TargetSystem<ContractTypes>,
  traces: Traces,
  schedule: KeptSchedule,
  times: number,
): Promise<Replayed> {
  let reproduced = 0;
  let divergence: Replayed['divergence'];
  for (let time = 0; time < times; time += 1) {
    const { trace, place, result } = await again(system, traces, schedule);
    if (place < 0 && violationOf(result) !== undefined) reproduced += 1;
    else if (place >= 0) {
      divergence ??= {
        step: place + 1,
        expected: schedule.trace[place] ?? 'the end',
        came: trace[place] ?? 'the end',
      };
    }
  }
  return { times, reproduced, ...(divergence && { divergence }) };
}

/** One more time, and its first step that is another one, or -1. Where only the store's luck made it so, it is tried again. */
async function again(system: TargetSystem<ContractTypes>, traces: Traces, schedule: KeptSchedule) {
  for (let time = 1; ; time += 1) {
    const { transitions, result } = await system.run(following(schedule.clients), schedule.victims);
    const trace = traces.canonical(transitions);
    const longer = Math.max(trace.length, schedule.trace.length);
    const place = Array.from({ length: longer }).findIndex((_, at) => trace[at] !== schedule.trace[at]);
    if (place < 0 || time === MOST_TIMES || !hasContest(transitions, place)) {
      return { trace, place, result };
    }
  }
}
