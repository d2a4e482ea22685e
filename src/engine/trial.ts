import { toHistory } from '../checkers/history.js';
import { runAllCheckers } from '../checkers/run-checkers.js';
import type { ContractTypes, Schema } from '../core/contract.js';
import type { History, HistoryEvent, OpenTransaction } from '../core/history.js';
import type { Json } from '../core/json.js';
import { seededRandom } from '../core/random.js';
import type { Attempt, Parameters, Scenario } from '../core/scenario.js';
import type { Offset, StartKind, TrialResult } from '../core/verdict.js';
import type { StoreNamespace } from '../stores/store.js';
import type { Burst } from './burst.js';
import { notedWaits } from './lock-waits.js';
import type { OffsetSweep } from './offset-sweep.js';
import { answersApart } from './answers-apart.js';
import { measureOverlap } from './overlap.js';
import type { ClientPlan, HostConnection } from './protocol.js';
import { shuffled, startDelays } from './start-plan.js';
import type { ServerWaits } from './wait-watch.js';

/** What one trial is made of. */
export interface TrialSetting<C extends ContractTypes> {
  readonly scenario: Scenario<C>;
  readonly parameters: Parameters;
  readonly clients: number;
  readonly seed: string;
  /** From 0. */
  readonly trial: number;
  readonly start: StartKind;
  /** The measured duration of one operation; 0 while none was measured. */
  readonly typicalNs: number;
  /** Chooses the offset; needed where the start is a sweep's. */
  readonly sweep?: OffsetSweep;
}

/** Who does what, and when. */
export interface PlannedTrial {
  readonly plans: readonly ClientPlan[];
  readonly offset: Offset | undefined;
}

/** What a trial left behind, all of it: judged without any store. */
export interface TriedTrial {
  readonly offset: Offset | undefined;
  readonly burst: Burst;
  readonly aftermath: Aftermath;
  /** What was sampled while the burst ran. Undefined where nothing was. */
  readonly serverWaits: ServerWaits | undefined;
  /** Undefined where it is gone with the process that held it. */
  readonly final: Json | undefined;
}

/** The namespace may still be written to by a session of this trial: use another. */
export function isTainted({ aftermath }: TriedTrial): boolean {
  return aftermath.undecided.length > 0;
}

/** The target answered in a shape that its contract does not know: its code is wrong. */
export class WrongShape extends Error {
  override readonly name = 'WrongShape';
}

/** What the seed draws for a trial (from 0), from its first number on. */
export function trialRandom(seed: string, trial: number): () => number {
  return seededRandom(`${seed}/trial/${trial}`);
}

/** The attempts of a trial, dealt out to the clients, in the order and with the delays of its kind of start. */
export function planClients<C extends ContractTypes>(setting: TrialSetting<C>): PlannedTrial {
  const { scenario, parameters, clients, seed, trial, start, typicalNs, sweep } = setting;
  const random = trialRandom(seed, trial);
  const attempts = scenario.attempts(parameters, random, trial);
  const mostNs = smallestGapNs(attempts);
  const kind = start === 'offset-sweep' ? 'simultaneous' : start;
  const delays = startDelays(kind, clients, Math.min(typicalNs, mostNs), trial, random);
  const plans = delays.map((delayNs, client) => ({ client, delayNs, attempts: [] as Attempt<C>[] }));
  attempts.forEach((attempt, index) => plans[index % clients]!.attempts.push(attempt));
  const dealt = shuffled(
    plans.filter((plan) => plan.attempts.length > 0),
    random,
  );
  if (start !== 'offset-sweep' || sweep === undefined) return { plans: dealt, offset: undefined };
  const offset = sweep.next(dealt, mostNs, random);
  return { plans: sweep.putOff(dealt, offset), offset };
}

/**
 * Where a scenario says who begins after whom, starts are spread by an eighth of the smallest distance at most: in the
 * trial of a stall a typical operation takes as long as the stall, and would overturn that order.
 */
function smallestGapNs(attempts: readonly { readonly afterMs?: number }[]): number {
  const moments = [...new Set(attempts.map(({ afterMs = 0 }) => afterMs))].sort((a, b) => a - b);
  const gapsMs = moments.slice(1).map((moment, place) => moment - moments[place]!);
  return Math.min(...gapsMs) * 1e6 * SPREAD_SHARE;
}

const SPREAD_SHARE = 1 / 8;

/** How the sessions at the stores stand once everybody has ended. */
export interface Aftermath {
  readonly openTransactions: readonly OpenTransaction[];
  /** Clients whose sessions were ended. */
  readonly renew: readonly number[];
  /** Sessions that could not be ended. */
  readonly undecided: readonly string[];
}

/**
 * Judges a burst: pairs its operations, checks the answers' shape, runs the checkers, counts.
 * `final` is undefined where it is gone with the process that held it: then what the clients were told is counted, and
 * nothing is judged. An order that was answered and is not stored would look like a lost one.
 */
export async function judgeTrial<C extends ContractTypes>(
  setting: TrialSetting<C>,
  initial: C['initial'],
  { burst, aftermath, serverWaits, final, offset }: TriedTrial,
): Promise<{ readonly result: TrialResult; readonly history: History<C> }> {
  const { scenario } = setting;
  checkShapes(scenario, burst.events, final);
  const history = toHistory<C>({
    initial,
    events: burst.events,
    final: final ?? null,
    openTransactions: aftermath.openTransactions,
  });
  const lost = final === undefined ? ['the final state was lost with the process that held it'] : [];
  // While a session may still write, the final state is not final: a finding from it could be false.
  const isFinal = aftermath.undecided.length === 0 && final !== undefined;
  const { findings, crashed } = await runAllCheckers(
    isFinal ? scenario : { checkers: scenario.checkers.filter((checker) => checker.restsOnAnswers) },
    history,
  );
  const { operations } = history;
  const noted = notedWaits(history);
  const ofStatus = (status: 'ok' | 'fail' | 'info') =>
    operations.filter((operation) => operation.status === status);
  const result: TrialResult = {
    trial: setting.trial,
    start: setting.start,
    ...(offset === undefined ? {} : { offset }),
    findings,
    undecided: [...new Set([...burst.undecided, ...lost, ...aftermath.undecided, ...crashed])],
    overlap: measureOverlap(scenario.contract, operations),
    operations: {
      ok: ofStatus('ok').length,
      fail: ofStatus('fail').length,
      info: ofStatus('info').length,
    },
    tally: final === undefined ? {} : scenario.tally(history),
    counts: burst.counts,
    ...errorsOf(burst.events),
    burstNs: Math.max(0, ...operations.map((one) => one.completedNs).filter(Number.isFinite)),
    latenciesNs: ofStatus('ok').map((one) => one.completedNs - one.invokedNs),
    idleInTransaction: aftermath.openTransactions.length,
    lockWaitsNs: noted.lockWaitsNs,
    ...(serverWaits === undefined ? {} : { serverLockWaitsNs: serverWaits.lockWaitsNs }),
    waitedFor: [
      ...(serverWaits?.pairs ?? []).map((wait) => ({ ...wait, seenBy: 'server' as const })),
      ...noted.waitedFor,
    ],
    ...(scenario.answers === undefined ? {} : { answers: scenario.answers(history) }),
    ...(burst.firstRequestSpreadNs === undefined ? {} : { firstRequestSpreadNs: burst.firstRequestSpreadNs }),
    ...(burst.arrivalSpreadNs === undefined ? {} : { arrivalSpreadNs: burst.arrivalSpreadNs }),
    ...(setting.start === 'simultaneous' ? answersApart(operations) : {}),
  };
  return { result, history };
}

/**
 * Looks for transactions left open, and ends at the server every session that held one or whose operation ended in
 * `info`: a statement that timed out goes on there, and could commit into the next trial.
 */
export async function chase(
  connections: readonly HostConnection[],
  namespaces: ReadonlyMap<string, StoreNamespace>,
): Promise<Aftermath> {
  const openTransactions: OpenTransaction[] = [];
  const renew = new Set<number>();
  const undecided: string[] = [];
  for (const [store, namespace] of namespaces) {
    const own = connections.filter((connection) => connection.store === store);
    if (own.length === 0) continue;
    const settled = own.filter((connection) => !connection.doubtful);
    const left = await leftOpen(store, namespace, settled, undecided);
    openTransactions.push(...left);
    const holders = settled.filter(({ process }) => left.some((one) => one.process === process));
    for (const { client } of holders) renew.add(client);
    const suspects = [...own.filter((connection) => connection.doubtful), ...holders];
    const remaining = suspects.length > 0 ? await namespace.endSessions(suspects) : [];
    if (remaining.length > 0) {
      undecided.push(
        namespace.unended ??
          `${remaining.length} session(s) on ${store} whose operation had no answer could not be ended: they may still write`,
      );
    }
  }
  return { openTransactions, renew: [...renew], undecided };
}

/** Where the server cannot be asked, nobody knows what a session of the trial may still do. */
async function leftOpen(
  store: string,
  namespace: StoreNamespace,
  settled: readonly HostConnection[],
  undecided: string[],
): Promise<readonly OpenTransaction[]> {
  if (settled.length === 0) return [];
  try {
    return await namespace.openTransactions(settled);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    undecided.push(`what the trial left open on ${store} could not be seen: ${reason}`);
    return [];
  }
}

function checkShapes<C extends ContractTypes>(
  { contract }: Scenario<C>,
  events: readonly HistoryEvent[],
  final: Json | undefined,
): void {
  for (const event of events) {
    if (event.type !== 'ok') continue;
    const schema = contract.operations[event.f as keyof typeof contract.operations]?.output;
    demand(schema, event.value, `the answer of ${event.f}`, contract.name);
  }
  if (final !== undefined) demand(contract.final, final, 'the final state that read() gave', contract.name);
}

function demand(schema: Schema<unknown> | undefined, value: Json, what: string, contract: string): void {
  const parsed = schema?.safeParse(value);
  if (parsed === undefined || parsed.success) return;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${message}`);
  throw new WrongShape(
    `${what} does not fit the contract "${contract}": ${problems.join('; ')}. It was: ${JSON.stringify(value)?.slice(0, 300)}`,
  );
}

/** How often each code came, and what the first error of it said. */
function errorsOf(events: readonly HistoryEvent[]): Pick<TrialResult, 'errors' | 'errorMessages'> {
  const errors: Record<string, number> = {};
  const errorMessages: Record<string, string> = {};
  for (const event of events) {
    if (event.type !== 'fail' && event.type !== 'info') continue;
    const { code, message } = event.error;
    errors[code] = (errors[code] ?? 0) + 1;
    errorMessages[code] ??= message;
  }
  return { errors, errorMessages };
}
