import type { Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import type { History, HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import type { TrialResult } from '../core/verdict.js';
import type { HostConnection, SettleReply } from '../engine/protocol.js';
import { judgeTrial, type Aftermath, type TrialSetting } from '../engine/trial.js';

/** One schedule of a target, judged. */
export interface ExploredTrial<C extends ContractTypes> {
  readonly result: TrialResult;
  readonly history: History<C>;
  /** On the monotonic clock, when the history began. */
  readonly startAtNs: bigint;
}

/** What one schedule left behind. */
export interface TriedSchedule {
  /** On the monotonic clock. */
  readonly startAtNs: bigint;
  /** In the order in which they were told of. */
  readonly events: readonly HistoryEvent[];
  readonly connections: readonly HostConnection[];
  readonly settled: SettleReply;
  readonly aftermath: Aftermath;
  readonly final: Json;
}

/** What every schedule is made of: the same trial again and again. */
export function settingOf<C extends ContractTypes>(
  of: Pick<TrialSetting<C>, 'scenario' | 'parameters' | 'seed' | 'clients'>,
): TrialSetting<C> {
  return { ...of, trial: 0, start: 'simultaneous', typicalNs: 0 };
}

/** Judges it as any trial is judged. What nobody measures where clients go one after the other is not known. */
export async function judgedSchedule<C extends ContractTypes>(
  setting: TrialSetting<C>,
  { startAtNs, events, connections, settled, aftermath, final }: TriedSchedule,
): Promise<ExploredTrial<C>> {
  const { scenario, parameters } = setting;
  const judged = await judgeTrial<C>(setting, scenario.initial(parameters), {
    burst: {
      ...{ connections, counts: settled.counts },
      events: [...events].sort((one, other) => one.timeNs - other.timeNs),
      ...{ firstRequestSpreadNs: undefined, arrivalSpreadNs: undefined },
      ...{ undecided: settled.workerErrors, broken: false },
    },
    ...{ aftermath, serverWaits: undefined, final, offset: undefined },
  });
  return { ...judged, startAtNs };
}

/** The first one found, in the order of the checkers. */
export function violationOf(trial: ExploredTrial<ContractTypes> | undefined): Finding | undefined {
  return trial?.result.findings.find(({ grade }) => grade === 'violation');
}
