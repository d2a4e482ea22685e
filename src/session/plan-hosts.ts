import { execHosts } from '../engine/exec-host.js';
import { processHosts, type ProcessHosts } from '../engine/process-host.js';
import { WORKER_ENTRY } from '../engine/worker-start.js';
import type { ChosenTarget } from './choice.js';
import type { SessionPlan } from './plan-session.js';
import type { PlanRunner } from './run-plan.js';
import { noWords, sentBy, wordsSaid, type EngineWords } from './sent-by.js';

/** While a server starts, the code of so many targets is loaded. More of them would still be at it during the trials. */
const LOADED_AHEAD = 2;

/** Where the targets of a plan live that do not live in this process. */
export interface PlanHosts {
  /** `undefined` of a target that lives in this process. */
  of(chosen: ChosenTarget): ProcessHosts | undefined;
  /** What a load engine has said of its own. */
  wordsOf(chosen: ChosenTarget): ReturnType<typeof wordsSaid>;
  close(): Promise<void>;
}

/** Opens none of them yet, but starts the first ones ahead. `inOrder`: as they will run. */
export async function openPlanHosts(
  inOrder: readonly ChosenTarget[],
  plan: SessionPlan,
  runner: Pick<PlanRunner, 'reaper' | 'headStart'>,
): Promise<PlanHosts> {
  const hosts = new Map<ChosenTarget, ProcessHosts>();
  const said = new Map<ChosenTarget, EngineWords>();
  const saidOf = (chosen: ChosenTarget) => {
    const known = said.get(chosen) ?? noWords();
    said.set(chosen, known);
    return known;
  };
  const ours = inOrder.flatMap(({ source }) => (source?.kind === 'registry' ? [source] : []));
  // One process for all targets of ours, one after the other: its code is warm when the second begins.
  const forOurs = processHosts(WORKER_ENTRY, runner.reaper, {
    prepare: { type: 'prepare', targets: ours.slice(0, LOADED_AHEAD) },
    reuse: true,
    started: runner.headStart?.worker,
  });
  // A process that was started ahead is for targets of ours, and nobody else's.
  if (ours.length === 0) await forOurs.close();
  for (const chosen of inOrder) {
    if (livesHere(chosen, plan)) continue;
    const { source } = chosen;
    if (source?.kind === 'exec') {
      hosts.set(chosen, execHosts(source, runner.reaper));
      continue;
    }
    // A file of the user's is loaded when its turn has come, and not twice.
    const own = source?.kind === 'registry' ? forOurs : processHosts(WORKER_ENTRY, runner.reaper);
    const { exchange } = chosen.target.api ?? {};
    hosts.set(chosen, sentBy(plan, own, { exchange, reaper: runner.reaper, words: saidOf(chosen) }));
  }
  for (const host of [...hosts.values()].slice(0, LOADED_AHEAD)) host.startAhead();
  return {
    of: (chosen) => hosts.get(chosen),
    wordsOf: (chosen) => wordsSaid(saidOf(chosen)),
    close: async () => {
      for (const host of [...hosts.values(), forOurs]) await host.close();
    },
  };
}

/** It runs in this process: the target is an object of the caller's, or no process of its own was asked for. */
export function livesHere(
  { source }: ChosenTarget,
  { isolation, processes, k6, load }: SessionPlan,
): boolean {
  if (source === undefined) return true;
  const byEngine = k6 !== undefined || load !== undefined;
  return isolation === 'none' && processes === 1 && !byEngine && source.kind !== 'exec';
}
