import type { AnomalyId } from '../core/anomaly.js';
import type { ContractTypes } from '../core/contract.js';
import type { History } from '../core/history.js';
import type { Parameters, Scenario } from '../core/scenario.js';
import type { Judgement, StartKind, TrialPlan, TrialResult } from '../core/verdict.js';
import type { StoreNamespace, StoreServer } from '../stores/store.js';
import { createJudge } from '../verdict/judge.js';
import { Fleet } from './fleet.js';
import { HostGone, type OpenHost } from './host-link.js';
import type { HostError, TargetSource } from './protocol.js';
import { startKindOf, type StartMode } from './start-plan.js';
import { HostFailure } from './target-host.js';
import { chase, judgeTrial, planClients, WrongShape, type JudgedTrial } from './trial.js';

/** A scenario on a target, to be tried many times. */
export interface TargetRun<C extends ContractTypes> {
  readonly scenario: Scenario<C>;
  readonly parameters: Parameters;
  readonly target: TargetSource;
  readonly openHost: OpenHost;
  readonly servers: ReadonlyMap<string, StoreServer>;
  readonly plan: TrialPlan;
  /** Of a control: what it must be caught for before an early stop. */
  readonly shows?: readonly AnomalyId[];
  readonly start: StartMode;
  readonly seed: string;
  readonly timeoutMs: number;
  readonly processes: number;
  /** Stops between two steps; what was tried until then is judged. */
  readonly signal: AbortSignal;
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
/** In a row, without one answer or with the loss of the target's process: nothing more is to be learnt. */
const FRUITLESS_LIMIT = 3;

/** Runs trials until there is evidence enough, or a violation where that suffices. Leaves nothing behind. */
export async function runTarget<C extends ContractTypes>(run: TargetRun<C>): Promise<TargetRunResult<C>> {
  const session = new TargetSession(run);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

class TargetSession<C extends ContractTypes> {
  readonly #judge;
  readonly #clients: number;
  readonly #fleet: Fleet;
  #namespaces = new Map<string, StoreNamespace>();
  #retired: StoreNamespace[] = [];
  #typicalNs = 0;
  #firstViolation: ViolatedTrial<C> | undefined;

  constructor(private readonly settings: TargetRun<C>) {
    const { scenario, parameters, plan } = settings;
    this.#judge = createJudge(plan, settings.shows);
    const attempts = scenario.attempts(parameters, () => 0.5).length;
    this.#clients = Math.min(parameters.clients ?? attempts, attempts);
    this.#fleet = new Fleet({ ...settings, clients: this.#clients });
  }

  async run(): Promise<TargetRunResult<C>> {
    const { signal } = this.settings;
    // What waits for a host learns of it at once: also a set-up that would never answer.
    const stop = () => void this.#fleet.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return this.#judged(await this.#trials());
    } catch (error) {
      return signal.aborted ? this.#judged('interrupted') : await this.#failed(error);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #judged(stopped: string | undefined): TargetRunResult<C> {
    return {
      kind: 'judged',
      judgement: this.#judge.judgement(stopped),
      ...(this.#firstViolation === undefined ? {} : { firstViolation: this.#firstViolation }),
    };
  }

  async close(): Promise<void> {
    const { signal } = this.settings;
    await (signal.aborted ? this.#fleet.kill() : this.#fleet.close());
    for (const namespace of [...this.#namespaces.values(), ...this.#retired]) {
      await namespace.drop().catch(() => undefined);
    }
  }

  /** The reason for which it ended early, if it did. */
  async #trials(): Promise<string | undefined> {
    const { plan, signal } = this.settings;
    if (signal.aborted) return 'interrupted';
    await this.#openFresh();
    let renew: readonly number[] = [];
    let fruitless = 0;
    for (let trial = 0; trial < plan.trials * MOST_TRIALS_FACTOR; trial += 1) {
      if (signal.aborted) return 'interrupted';
      const judged = await this.#trial(trial, renew);
      if (judged === undefined) return 'interrupted';
      const { result } = judged;
      renew = judged.renew;
      this.#judge.add(result);
      this.settings.onTrial(result);
      if (this.#judge.isDecided()) return undefined;
      const answered = result.operations.ok + result.operations.fail > 0;
      fruitless = answered && !judged.broken ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS_LIMIT) {
        return answered
          ? `in ${FRUITLESS_LIMIT} trials in a row the target's process was lost`
          : `in ${FRUITLESS_LIMIT} trials in a row no operation was answered`;
      }
      if (judged.tainted) await this.#openFresh();
    }
    return undefined;
  }

  async #trial(trial: number, renew: readonly number[]): Promise<JudgedTrial<C> | undefined> {
    const { scenario, parameters, seed, start: mode, signal } = this.settings;
    const start = startKindOf(mode, seed, trial);
    const setting = {
      ...{ scenario, parameters, seed, trial, start, renew },
      clients: this.#clients,
      typicalNs: this.#typicalNs,
    };
    const initial = scenario.initial(parameters);
    await this.#fleet.reset(initial);
    const faults = scenario.faults?.(parameters, trial) ?? [];
    const burst = await this.#fleet.burst(trial, planClients(setting), faults, renew);
    if (burst.broken) {
      await this.#fleet.kill();
      if (signal.aborted) return undefined;
    }
    const aftermath = await chase(burst.connections, this.#namespaces);
    const lost = burst.broken && this.#livesInProcess();
    if (burst.broken) await this.#fleet.open(this.#addresses(), lost);
    const final = lost ? undefined : await this.#fleet.read();
    const judged = judgeTrial(setting, initial, burst, final, aftermath);
    this.#learn(judged);
    return judged;
  }

  #learn({ result, history }: JudgedTrial<C>): void {
    const { trial, start, latenciesNs, findings } = result;
    if (latenciesNs.length > 0 && (start === 'simultaneous' || this.#typicalNs === 0)) {
      const sorted = Float64Array.from(latenciesNs).sort();
      this.#typicalNs = sorted[Math.floor(sorted.length / 2)]!;
    }
    if (this.#firstViolation === undefined && findings.some((one) => one.grade === 'violation')) {
      this.#firstViolation = { trial, start, history };
    }
  }

  /** A namespace that nothing of this run has touched, with the target set up in it. */
  async #openFresh(): Promise<void> {
    if (this.#namespaces.size > 0) {
      this.#retired.push(...this.#namespaces.values());
      await this.#fleet.close();
    }
    this.#namespaces = new Map();
    for (const [store, server] of this.settings.servers) {
      this.#namespaces.set(store, await server.namespace());
    }
    await this.#fleet.open(this.#addresses(), true);
  }

  /** Some of its state is in the memory of its own process, and gone with it. */
  #livesInProcess(): boolean {
    return this.#addresses().some(({ port }) => port === 0);
  }

  #addresses() {
    return [...this.#namespaces.values()].map((namespace) => namespace.address);
  }

  /** A dead server makes the run inconclusive; everything else that is thrown is the target's mistake, or ours. */
  async #failed(error: unknown): Promise<TargetRunResult<C>> {
    for (const [store, server] of this.settings.servers) {
      if (await server.alive()) continue;
      return this.#judged(`the ${store} server died during the run`);
    }
    if (error instanceof HostFailure) return { kind: 'could-not-run', error: error.error };
    if (error instanceof WrongShape || error instanceof HostGone) {
      return { kind: 'could-not-run', error: { kind: 'mistake', message: error.message } };
    }
    throw error;
  }
}
