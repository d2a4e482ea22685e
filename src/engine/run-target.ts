import type { AnomalyId } from '../core/anomaly.js';
import type { ContractTypes } from '../core/contract.js';
import type { History, HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import { clientsOf, type Attempt, type Parameters, type Scenario } from '../core/scenario.js';
import type { Expectation } from '../core/target.js';
import type { Judgement, StartKind, TrialPlan, TrialResult } from '../core/verdict.js';
import { StoreUnavailable, type StoreServer } from '../stores/store.js';
import type { Trouble } from '../stores/trouble.js';
import { createJudge } from '../verdict/judge.js';
import {
  beginTrial,
  type BegunTrial,
  isPassedOver,
  type DrawnTrial,
  type PreparedTrial,
} from './begun-trial.js';
import type { Burst } from './burst.js';
import { Fleet, type BurstProgress } from './fleet.js';
import { HostFailure } from './host-failure.js';
import { HostGone, type OpenHost } from './host-link.js';
import type { HostConnection, HostError, TargetSource } from './protocol.js';
import { OffsetSweep } from './offset-sweep.js';
import { RunNamespaces } from './run-namespaces.js';
import { StartSpread } from './start-spread.js';
import { startKindOf, typicalDuration, type StartMode, type TypicalDuration } from './start-plan.js';
import {
  chase,
  isTainted,
  judgeTrial,
  planClients,
  trialRandom,
  WrongShape,
  type Aftermath,
  type TriedTrial,
} from './trial.js';
import { watchWaits, type ServerWaits } from './wait-watch.js';

/** A scenario on a target, to be tried many times. */
export interface TargetRun<C extends ContractTypes> {
  readonly scenario: Scenario<C>;
  readonly parameters: Parameters;
  readonly target: TargetSource;
  readonly openHost: OpenHost;
  readonly servers: ReadonlyMap<string, StoreServer>;
  readonly plan: TrialPlan;
  /** Of a control: what it must be caught for before an early stop, or because its time is up. */
  readonly shows?: readonly AnomalyId[];
  /** What the target claims: see `Sought`. */
  readonly claim?: Expectation;
  readonly start: StartMode;
  readonly seed: string;
  readonly timeoutMs: number;
  readonly processes: number;
  /** Samples in every fifth trial who waits for whom, at the stores that can tell. */
  readonly watchesWaits: boolean;
  /** Stops between two steps; what was tried until then is judged. */
  readonly signal: AbortSignal;
  /** Until then no client connects: those of the run before may still be at the server. */
  readonly after?: Promise<void>;
  /**
   * Nobody uses its process afterwards, nor those of its servers that end with the run: what goes with them is not tidied up
   * before. For our own code alone: what a user's code closes may matter elsewhere. Default: everything is.
   */
  readonly isLast?: boolean;
  /** How long it may take: then the plan's `fewest` trials suffice. Default: as long as the trials take. */
  readonly limit?: TimeLimit;
  /** Once, when the target is set up and everybody stands ready for the first burst. */
  onReady?(): void;
  onTrial(result: TrialResult): void;
}

/** A time that ends. */
export interface TimeLimit {
  /** Asked before each trial once there is evidence of the plan's `fewest`: no more of them. */
  isUp(): boolean;
  /** From 0 on nothing is begun, whatever the evidence; nor is what cannot come to enough evidence by then. */
  leftMs(): number;
  /** Later: whatever is under way, a trial or a set-up, is cut off. */
  readonly cut: AbortSignal;
}

/** Why a run ended before its plan did. */
const INTERRUPTED = 'interrupted';
const TIME_IS_UP = Symbol('time is up');
type Stop = string | typeof TIME_IS_UP;

/** The first trial that was violated, whole: enough to judge it again without any store. */
export interface ViolatedTrial<C extends ContractTypes> {
  readonly trial: number;
  readonly start: StartKind;
  readonly history: History<C>;
}

export type TargetRunResult<C extends ContractTypes> =
  | {
      readonly kind: 'judged';
      readonly judgement: Judgement;
      readonly firstViolation?: ViolatedTrial<C>;
    }
  /** The target's code is wrong, or does not answer: not a verdict. */
  | { readonly kind: 'could-not-run'; readonly error: HostError };

/** Trials without overlap are no evidence and are made up for, up to this many times the planned number. */
const MOST_TRIALS_FACTOR = 2;
/** To ask a server who waits slows its clients down: by 6 to 15 % with 33 of them on one row, so not in each trial. */
const WATCHED_EVERY = 5;
/** In a row, without one answer or with the loss of the target's process: nothing more is to be learnt. */
const FRUITLESS_LIMIT = 3;

/** How a run ended; nothing of it is left once `closed` resolves, which it does soon. */
export interface EndedRun<C extends ContractTypes> {
  readonly result: TargetRunResult<C>;
  readonly closed: Promise<void>;
}

/** Runs trials until there is evidence enough, or a violation where that suffices. */
export async function runTarget<C extends ContractTypes>(run: TargetRun<C>): Promise<EndedRun<C>> {
  const session = new TargetSession(run);
  try {
    const result = await session.run();
    return { result, closed: session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

class TargetSession<C extends ContractTypes> {
  readonly #judge;
  readonly #clients: number;
  readonly #fleet: Fleet;
  /** The run was interrupted, or its time was cut off. */
  readonly #ended: AbortSignal;
  readonly #namespaces: RunNamespaces;
  #typical: TypicalDuration | undefined;
  readonly #spread = new StartSpread();
  readonly #sweep: OffsetSweep;
  #lastTrialMs = 0;
  /** The clients leave while their trial is judged. */
  #leaving: Promise<void> | undefined;
  /** When everybody stood ready for the burst. */
  #armedAt = 0;
  #firstViolation: ViolatedTrial<C> | undefined;

  constructor(private readonly settings: TargetRun<C>) {
    const { scenario, parameters, plan, signal, limit } = settings;
    this.#judge = createJudge(plan, settings);
    this.#clients = clientsOf(scenario, parameters);
    // What a plan holds came from the scenario's own attempts.
    this.#sweep = new OffsetSweep((attempt) => scenario.kindOf?.(attempt as Attempt<C>) ?? attempt.f);
    this.#ended = AbortSignal.any(limit === undefined ? [signal] : [signal, limit.cut]);
    this.#namespaces = new RunNamespaces(settings.servers, parameters);
    this.#fleet = new Fleet({ ...settings, clients: this.#clients });
  }

  async run(): Promise<TargetRunResult<C>> {
    // What waits for a host learns of it at once: also a set-up that would never answer.
    const stop = () => void this.#fleet.kill();
    this.#ended.addEventListener('abort', stop, { once: true });
    try {
      return this.#judged(await this.#trials());
    } catch (error) {
      return this.#ended.aborted ? this.#judged(this.#stop()) : await this.#failed(error);
    } finally {
      this.#ended.removeEventListener('abort', stop);
    }
  }

  /** The reason for which nothing more is to be begun, if there is one. */
  #stop(): Stop | undefined {
    const { signal, limit } = this.settings;
    if (signal.aborted) return INTERRUPTED;
    if (limit === undefined) return undefined;
    const isEnough = this.#judge.missing() === 0 && limit.isUp();
    const neededMs = this.#judge.missing() * this.#lastTrialMs;
    return isEnough || limit.cut.aborted || limit.leftMs() <= neededMs ? TIME_IS_UP : undefined;
  }

  #judged(stopped: Stop | undefined): TargetRunResult<C> {
    return {
      kind: 'judged',
      judgement: stopped === TIME_IS_UP ? this.#judge.judgementSoFar() : this.#judge.judgement(stopped),
      ...(this.#firstViolation === undefined ? {} : { firstViolation: this.#firstViolation }),
    };
  }

  async close(): Promise<void> {
    const { isLast = false, servers } = this.settings;
    const endsWithRun = isLast && [...servers.values()].every((server) => server.endsWithRun);
    await this.#leaving;
    if (endsWithRun) {
      // Whoever gave it its process waits until that is gone. Its servers need not.
      void this.#fleet.kill();
      return;
    }
    await (this.#ended.aborted ? this.#fleet.kill() : this.#fleet.close());
    await this.#namespaces.drop();
  }

  /** The reason for which it ended early, if it did. */
  async #trials(): Promise<Stop | undefined> {
    const { plan, scenario } = this.settings;
    const before = this.#stop();
    if (before !== undefined) return before;
    // A command of the run before may hold the port that the next one needs.
    if (this.#namespaces.haveCommand) await this.settings.after;
    await this.#openFresh();
    await this.settings.after;
    const mostTrials = plan.trials * (scenario.isRepeatable === false ? 1 : MOST_TRIALS_FACTOR);
    let renew: readonly number[] = [];
    let ahead: BegunTrial<C> | undefined;
    let fruitless = 0;
    try {
      for (let trial = 0; trial < mostTrials; trial += 1) {
        if (ahead === undefined) {
          const stopped = this.#stop();
          if (stopped !== undefined) return stopped;
        }
        const beganAt = performance.now();
        const begun = ahead ?? this.#begin(this.#prepare(this.#draw(trial, false), renew));
        ahead = undefined;
        // While this one is told of and judged the next is under way. Most of what is unsafe is caught in the first, and needs
        // no second.
        const isNextSure = trial > 0 && this.#judge.missing() > 1 && trial + 1 < mostTrials;
        // One that is watched begins only when its connections are known: whatever were asked for behind it would come first.
        if (isNextSure && this.#goesOn && !this.#isWatched(trial))
          ahead = this.#begin(this.#prepare(this.#draw(trial + 1, true), []), begun);
        const tried = await begun.tried;
        if (tried === undefined) return this.#stop();
        // The first one also connects the clients, and that is no part of what the next will take.
        this.#lastTrialMs = performance.now() - (trial === 0 ? this.#armedAt : beganAt);
        renew = tried.aftermath.renew;
        const isFit = !tried.burst.broken && !isTainted(tried);
        if (!(isFit && tried.burst.isClear)) {
          // What was to begin behind it was passed over, or lost with it.
          await ahead?.tried;
          ahead = undefined;
        }
        if (isFit && isNextSure && this.#stop() === undefined) {
          ahead ??= this.#begin(this.#prepare(this.#draw(trial + 1, false), renew));
        }
        if (trial === 0 && isFit && this.#isMostlyCaughtAtOnce()) this.#leaving = this.#fleet.close();
        await ahead?.underWay;
        const { result, history } = await judgeTrial(begun.setting, begun.initial, tried);
        this.#judge.add(result);
        this.#spread.learn(result);
        this.#firstViolation ??= violationOf(result, history);
        this.settings.onTrial(result);
        if (this.#judge.isDecided()) return undefined;
        const answered = result.operations.ok + result.operations.fail > 0;
        fruitless = answered && isFit ? 0 : fruitless + 1;
        // A command is started anew for the next one.
        const trouble = answered || this.#namespaces.haveCommand ? undefined : await this.#trouble();
        if (trouble !== undefined) return trouble.words;
        if (fruitless === FRUITLESS_LIMIT)
          return `in ${FRUITLESS_LIMIT} trials in a row ${fruitlessness(tried, answered)}`;
        if (this.#leaving !== undefined || isTainted(tried)) await this.#openFresh();
      }
      return undefined;
    } finally {
      // Nobody looks at it any more, but it must have ended before anything is closed.
      await ahead?.tried.catch(() => undefined);
    }
  }

  /** The next may be asked for while this one is under way: whatever it takes, nobody has to look at the clock in between. */
  get #goesOn(): boolean {
    return this.#fleet.goesOn && this.settings.limit === undefined && !this.#ended.aborted;
  }

  /** Draws a trial from the seed; how far apart its clients begin follows from what was measured so far. */
  #draw(trial: number, isBehind: boolean): DrawnTrial<C> {
    const { scenario, parameters, seed, start: mode } = this.settings;
    const start = startKindOf(mode, seed, trial, scenario.unequal);
    const setting = {
      ...{ scenario, parameters, seed, trial, start, clients: this.#clients },
      ...{ typicalNs: (this.#typical?.ns ?? 0) * this.#spread.share, sweep: this.#sweep },
    };
    const initial = scenario.initial(parameters, trial, trialRandom(seed, trial));
    const faults = scenario.faults?.(parameters, trial) ?? [];
    return { setting, initial, faults, isBehind, ...planClients(setting) };
  }

  /** Begins to reset and arm for it. */
  #prepare(drawn: DrawnTrial<C>, renew: readonly number[]): PreparedTrial<C> {
    const { setting, initial } = drawn;
    const armed = this.#fleet.arm({ trial: setting.trial, ...drawn }, initial, renew);
    // Whoever runs the trial is told. Nobody does if the run ends before.
    armed.catch(() => undefined);
    return { ...drawn, armed };
  }

  /** Tries it as soon as the hosts are ready: behind the one before where that is not over yet. */
  #begin(prepared: PreparedTrial<C>, before?: BegunTrial<C>): BegunTrial<C> {
    return beginTrial(prepared, (onGo) => this.#try(prepared, onGo, before));
  }

  /**
   * The burst, what it left in the server, and the final reads. Nothing if the run was ended meanwhile, or if the process was
   * lost already with the trial before, or that one left something behind.
   */
  async #try(
    prepared: PreparedTrial<C>,
    onGo: () => void,
    before?: BegunTrial<C>,
  ): Promise<TriedTrial | undefined> {
    const { setting, armed, offset } = prepared;
    if (setting.trial === 0) {
      await armed;
      this.#armedAt = performance.now();
      this.settings.onReady?.();
    }
    let chasing: Promise<Aftermath> | undefined;
    const onSettled = (connections: readonly HostConnection[]) => {
      chasing = chase(connections, this.#namespaces.current);
      // Whoever waits for it is told. Nobody does if the run ends before.
      chasing.catch(() => undefined);
    };
    const bursting = this.#burst(prepared, { onGo, onSettled });
    if (before !== undefined) {
      // Where that trial loses the process it opens another one, and ends the sessions of this one too.
      const isOver = await bursting.then(() => false, isPassedOver);
      if (isOver || (await before.tried)?.burst.broken !== false) return undefined;
    }
    const { burst, serverWaits } = await bursting;
    this.#learnDuration(setting.start, burst.events);
    this.#sweep.learn(burst.events);
    if (burst.broken) {
      await this.#fleet.kill();
      if (this.#ended.aborted) {
        // Others go on with this server: nothing of this trial may be at work there any more.
        if (!this.settings.signal.aborted) await chase(burst.connections, this.#namespaces.current);
        return undefined;
      }
      // Without it all that follows would wait in vain, and blame the target.
      const trouble = await this.#trouble();
      if (trouble !== undefined) throw new InTrouble(trouble.words);
    }
    // The final reads come after a session that may still write has been ended. Where none may, they need not wait for the
    // look at the sessions.
    const settled = !burst.broken && !burst.connections.some(({ doubtful }) => doubtful);
    const [aftermath, early] = await Promise.all([
      burst.broken || chasing === undefined ? chase(burst.connections, this.#namespaces.current) : chasing,
      settled ? this.#readFinal(burst) : undefined,
    ]);
    const isGone = burst.broken && this.#namespaces.areInProcess;
    if (burst.broken) await this.#fleet.open(this.#namespaces.addresses(), isGone);
    const isEarly = settled && aftermath.renew.length === 0;
    // The next trial may have begun with its reset before the process was lost.
    const isLost = isGone || (burst.broken && burst.isClear);
    const final = isLost ? undefined : isEarly ? early : await this.#fleet.read();
    return { burst, aftermath, serverWaits, final, offset };
  }

  async #readFinal({ final }: Burst): Promise<Json> {
    return final?.final === undefined ? this.#fleet.read() : final.final;
  }

  async #burst(
    { setting, armed, ...drawn }: PreparedTrial<C>,
    progress: BurstProgress,
  ): Promise<{ readonly burst: Burst; readonly serverWaits: ServerWaits | undefined }> {
    const rest = this.#isWatched(setting.trial)
      ? watchWaits((await armed).connections.flat(), this.#namespaces.current)
      : () => Promise.resolve(undefined);
    try {
      const burst = await this.#fleet.burst(
        armed,
        { trial: setting.trial, ...drawn },
        {
          ...progress,
          onSettled: (...settled) => {
            // What waits from now on waits in another trial.
            void rest();
            progress.onSettled?.(...settled);
          },
        },
      );
      return { burst, serverWaits: await rest() };
    } finally {
      await rest();
    }
  }

  #isWatched(trial: number): boolean {
    return this.settings.watchesWaits && trial % WATCHED_EVERY === 1;
  }

  #learnDuration(start: StartKind, events: readonly HistoryEvent[]): void {
    const known = this.#typical;
    if (start !== 'simultaneous' && known?.isOfAnswers) return;
    const learnt = typicalDuration(events);
    if (known === undefined || !known.isOfAnswers || learnt?.isOfAnswers) this.#typical = learnt ?? known;
  }

  /** As controls are: that one was not, and needs its clients again, is rare. An API would be started again for it. */
  #isMostlyCaughtAtOnce(): boolean {
    const { shows, plan } = this.settings;
    return shows !== undefined && plan.stopAtFirstViolation && !this.#namespaces.haveCommand;
  }

  /** A namespace that nothing of this run has touched, with the target set up in it. */
  async #openFresh(): Promise<void> {
    await this.#leaving;
    this.#leaving = undefined;
    if (this.#namespaces.current.size > 0) {
      this.#namespaces.retire();
      await this.#fleet.close();
    }
    await this.#namespaces.open();
    await this.#fleet.open(this.#namespaces.addresses(), true);
  }

  /** Of the first server that has any. */
  async #trouble(): Promise<Trouble | undefined> {
    for (const server of this.settings.servers.values()) {
      const trouble = await server.trouble();
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  /** A server that is gone, or silent, makes the run inconclusive; all else that is thrown is the target's mistake, or ours. */
  async #failed(error: unknown): Promise<TargetRunResult<C>> {
    if (error instanceof StoreUnavailable) {
      const { words: message } = error;
      if (this.#judge.judgement().trials.run > 0) return this.#judged(message);
      return { kind: 'could-not-run', error: { kind: 'failure', message } };
    }
    if (error instanceof InTrouble) return this.#judged(error.message);
    const trouble = await this.#trouble();
    // A server that is there and silent explains no mistake in the target's code.
    const isMistake = error instanceof HostFailure && error.error.kind === 'mistake';
    if (trouble !== undefined && (trouble.isGone || !isMistake)) return this.#judged(trouble.words);
    // A process, or the room on a server's disk, can be lost between two bursts as well as within one. What was tried until
    // then still counts.
    const isOutside =
      error instanceof HostGone || (error instanceof HostFailure && error.error.kind === 'failure');
    if (isOutside && this.#judge.judgement().trials.run > 0) return this.#judged(error.message);
    if (error instanceof HostFailure) return { kind: 'could-not-run', error: error.error };
    if (error instanceof WrongShape || error instanceof HostGone) {
      return { kind: 'could-not-run', error: { kind: 'mistake', message: error.message } };
    }
    throw error;
  }
}

/** Nothing can be learnt from a server any more. */
class InTrouble extends Error {}

/** Why a trial taught nothing. */
function fruitlessness({ burst }: TriedTrial, answered: boolean): string {
  if (!answered) return 'nobody could say of any operation whether it had happened';
  return burst.broken ? "the target's process was lost" : 'operations were left that may still be at work';
}

function violationOf<C extends ContractTypes>(
  { trial, start, findings }: TrialResult,
  history: History<C>,
): ViolatedTrial<C> | undefined {
  return findings.some(({ grade }) => grade === 'violation') ? { trial, start, history } : undefined;
}
