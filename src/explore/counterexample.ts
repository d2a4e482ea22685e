import type { ContractTypes } from '../core/contract.js';
import { carriedOut, triedOut } from './carry-out.js';
import { following, oneByOne, ordersOf } from './choosers.js';
import type { Execution } from './execution.js';
import type { Counterexample, KeptSchedule } from './explored.js';
import { violationOf, type ExploredTrial } from './explored-trial.js';
import { minimised, switchesOf, type FoundSchedule } from './minimise.js';
import { replay } from './replay.js';
import { provedAt, rowsOf } from './rows.js';
import type { TargetSystem } from './target-system.js';
import type { Traces } from './traces.js';
import { warmedUp } from './warm-up.js';

/** Of a counterexample. */
const REPLAYS = 10;
/** Counterexamples are made smaller for at most this long, also when the budget is used up. */
const MINIMISE_MS = 5_000;

type System = TargetSystem<ContractTypes>;

/** Where the violation did not come again: why nothing is shown, for people. */
export interface NotShown {
  readonly reason: string;
}

/** The smallest schedule that shows a violation, told step by step, and carried out again. Throws Stuck and Diverged. */
export async function counterexampleOf(
  found: FoundSchedule,
  system: System,
  traces: Traces,
  signal: AbortSignal,
): Promise<Counterexample | NotShown> {
  const untilMs = performance.now() + MINIMISE_MS;
  const isUp = () => performance.now() > untilMs || signal.aborted;
  const shows = ({ result }: Execution<ExploredTrial<ContractTypes>>) => violationOf(result) !== undefined;
  const absent = await leaveOut(found, system, isUp);
  const smaller = await minimised(absent.found, { system, shows, isUp });
  const execution = await warmedUp(traces, () =>
    carriedOut(system, following(smaller.clients), smaller.victims),
  );
  const { transitions, result } = execution;
  const finding = violationOf(result);
  if (finding === undefined || result === undefined) {
    return {
      reason: `a schedule that was violated was not when it was carried out again (it begins with client ${transitions[0]?.client}): the code or the store does not always do the same`,
    };
  }
  const schedule: KeptSchedule = {
    clients: transitions.map(({ client }) => client),
    ...(smaller.victims.some((one) => one !== null) && { victims: smaller.victims }),
    absent: [...absent.clients],
    trace: traces.canonical(transitions),
  };
  const place = await doomedAt(smaller, system, isUp);
  const replayed = await replay(system, traces, schedule, REPLAYS);
  await system.leaveOut(new Set());
  return {
    ...{ schedule, finding, replayed },
    rows: rowsOf(transitions),
    provedAt: provedAt(transitions, result, finding),
    ...(place === undefined ? {} : { doomedAt: place }),
    switches: switchesOf(schedule.clients),
  };
}

/** Tries with one client fewer, as long as it shows the same without him; the system is left without those who are not needed. */
async function leaveOut(found: FoundSchedule, system: System, isUp: () => boolean) {
  let best = found;
  let left: ReadonlySet<number> = new Set();
  for (let client = 0; client < system.clients && !isUp(); client += 1) {
    if (system.clients - left.size <= 2) break;
    const without = new Set([...left, client]);
    await system.leaveOut(without);
    const clients = best.clients.filter((one) => one !== client);
    const victims = best.victims.map((one) => (one === client ? null : one));
    const execution = await triedOut(system, following(clients), victims);
    if (execution === undefined || violationOf(execution.result) === undefined) continue;
    left = without;
    best = { clients: execution.transitions.map((step) => step.client), victims };
  }
  await system.leaveOut(left);
  return { found: best, clients: left };
}

/**
 * The first step after which it makes no difference in which order the clients go on, each to its end: all of those
 * schedules are violated. Undefined where the time was up before.
 */
async function doomedAt(
  { clients, victims }: FoundSchedule,
  system: System,
  isUp: () => boolean,
): Promise<number | undefined> {
  const orders = ordersOf([...new Set(clients)]);
  for (let length = clients.length - 1; length >= 0; length -= 1) {
    for (const order of orders) {
      if (isUp()) return undefined;
      const one = await triedOut(system, oneByOne(clients.slice(0, length), order), victims);
      if (violationOf(one?.result) === undefined) return length;
    }
  }
  return 0;
}
