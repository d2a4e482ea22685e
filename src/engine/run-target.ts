import type { AnomalyId } from '../core/anomaly.js';
import type { ContractTypes } from '../core/contract.js';
import type { History } from '../core/history.js';
import type { Parameters, Scenario } from '../core/scenario.js';
import type { Expectation } from '../core/target.js';
import type { Judgement, StartKind, TrialPlan, TrialResult } from '../core/verdict.js';
import type { StoreServer } from '../stores/store.js';
import { createJudge } from '../verdict/judge.js';
import type { BegunTrial } from './begun-trial.js';
import { EarlyStop, TIME_IS_UP, type Stop, type TimeLimit } from './early-stop.js';
import { Fleet } from './fleet.js';
import { FruitlessTrials } from './fruitless-trials.js';
import type { OpenHost } from './host-link.js';
import type { HostError, TargetSource } from './protocol.js';
import { failureOf, troubleOf } from './run-failure.js';
import { RunNamespaces } from './run-namespaces.js';
import type { StartMode } from './start-plan.js';
import { isTainted, judgeTrial } from './trial.js';
import { TrialCourse } from './trial-course.js';
import { TrialDraw } from './trial-draw.js';

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
  readonly #draw: TrialDraw<C>;
  readonly #fleet: Fleet;
  readonly #namespaces: RunNamespaces;
  readonly #stop: EarlyStop;
  readonly #course: TrialCourse<C>;
  /** The clients leave while their trial is judged. */
  #leaving: Promise<void> | undefined;
  #firstViolation: ViolatedTrial<C> | undefined;

  constructor(private readonly settings: TargetRun<C>) {
    const { servers, parameters, plan, signal, limit, watchesWaits } = settings;
    this.#judge = createJudge(plan, settings);
    this.#draw = new TrialDraw(settings);
    this.#stop = new EarlyStop(signal, limit, this.#judge);
    this.#namespaces = new RunNamespaces(servers, parameters);
    this.#fleet = new Fleet({ ...settings, clients: this.#draw.clients });
    this.#course = new TrialCourse({
      ...{ fleet: this.#fleet, namespaces: this.#namespaces, draw: this.#draw, stop: this.#stop },
      ...{ servers, watchesWaits },
      onReady: () => settings.onReady?.(),
    });
  }

  async run(): Promise<TargetRunResult<C>> {
    // What waits for a host learns of it at once: also a set-up that would never answer.
    const stop = () => void this.#fleet.kill();
    this.#stop.ended.addEventListener('abort', stop, { once: true });
    try {
      return this.#judged(await this.#trials());
    } catch (error) {
      return this.#stop.ended.aborted ? this.#judged(this.#stop.reason()) : await this.#failed(error);
    } finally {
      this.#stop.ended.removeEventListener('abort', stop);
    }
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
    await (this.#stop.ended.aborted ? this.#fleet.kill() : this.#fleet.close());
    await this.#namespaces.drop();
  }

  /** The reason for which it ended early, if it did. */
  async #trials(): Promise<Stop | undefined> {
    const { plan, scenario } = this.settings;
    const before = this.#stop.reason();
    if (before !== undefined) return before;
    // A command of the run before may hold the port that the next one needs.
    if (this.#namespaces.haveCommand) await this.settings.after;
    await this.#openFresh();
    await this.settings.after;
    const mostTrials = plan.trials * (scenario.isRepeatable === false ? 1 : MOST_TRIALS_FACTOR);
    let renew: readonly number[] = [];
    let ahead: BegunTrial<C> | undefined;
    const fruitless = new FruitlessTrials();
    try {
      for (let trial = 0; trial < mostTrials; trial += 1) {
        if (ahead === undefined) {
          const stopped = this.#stop.reason();
          if (stopped !== undefined) return stopped;
        }
        const beganAt = performance.now();
        const begun = ahead ?? this.#course.begin(this.#draw.draw(trial, false), renew);
        ahead = undefined;
        // While this one is told of and judged the next is under way. Most of what is unsafe is caught in the first, and needs
        // no second.
        const isNextSure = trial > 0 && this.#judge.missing() > 1 && trial + 1 < mostTrials;
        // One that is watched begins only when its connections are known: whatever were asked for behind it would come first.
        if (isNextSure && this.#goesOn && !this.#course.isWatched(trial))
          ahead = this.#course.begin(this.#draw.draw(trial + 1, true), [], begun);
        const tried = await begun.tried;
        if (tried === undefined) return this.#stop.reason();
        // The first one also connects the clients, and that is no part of what the next will take.
        this.#stop.lastTrialMs = performance.now() - (trial === 0 ? this.#course.readyAt : beganAt);
        renew = tried.aftermath.renew;
        const isFit = !tried.burst.broken && !isTainted(tried);
        if (!(isFit && tried.burst.isClear)) {
          // What was to begin behind it was passed over, or lost with it.
          await ahead?.tried;
          ahead = undefined;
        }
        if (isFit && isNextSure && this.#stop.reason() === undefined) {
          ahead ??= this.#course.begin(this.#draw.draw(trial + 1, false), renew);
        }
        if (trial === 0 && isFit && this.#isMostlyCaughtAtOnce()) this.#leaving = this.#fleet.close();
        await ahead?.underWay;
        const { result, history } = await judgeTrial(begun.setting, begun.initial, tried);
        this.#judge.add(result);
        this.#draw.learnOverlap(result);
        this.#firstViolation ??= violationOf(result, history);
        this.settings.onTrial(result);
        if (this.#judge.isDecided()) return undefined;
        const isAnswered = result.operations.ok + result.operations.fail > 0;
        const enough = fruitless.add(tried, { isAnswered, isFit });
        // A command is started anew for the next one.
        const trouble =
          isAnswered || this.#namespaces.haveCommand ? undefined : await troubleOf(this.settings.servers);
        if (trouble !== undefined) return trouble.words;
        if (enough !== undefined) return enough;
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
    return this.#fleet.goesOn && this.settings.limit === undefined && !this.#stop.ended.aborted;
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

  async #failed(error: unknown): Promise<TargetRunResult<C>> {
    const hasTried = this.#judge.judgement().trials.run > 0;
    const failure = await failureOf(error, this.settings.servers, hasTried);
    return failure.kind === 'judged' ? this.#judged(failure.reason) : failure;
  }
}

function violationOf<C extends ContractTypes>(
  { trial, start, findings }: TrialResult,
  history: History<C>,
): ViolatedTrial<C> | undefined {
  return findings.some(({ grade }) => grade === 'violation') ? { trial, start, history } : undefined;
}
