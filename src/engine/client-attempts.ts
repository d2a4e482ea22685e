import { setTimeout as wait } from 'node:timers/promises';
import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { Client, OpenTarget } from '../core/target.js';
import type { ClientOwner } from './client-owner.js';
import { untilNs } from './clock.js';
import { abandon, canBeHeld, heldWithin, releaseAll, type Held, type Released } from './held-attempts.js';
import type { HostClients, OpenClient } from './host-clients.js';
import { makeAttempt, type AttemptConditions } from './make-attempt.js';
import type { ClientPlan, HostError } from './protocol.js';
import { startSlackNs } from './start-plan.js';

const NEVER_ABORTED = new AbortController().signal;
/** An attempt is held for at most so long, on top of what it takes to connect. */
const HOLD_MS = 4_500;

/** Whose attempts they are, and how they are made. */
export interface AttemptsOfHost {
  readonly clients: HostClients;
  readonly target: Pick<OpenTarget<ContractTypes>, 'aboutToRelease'>;
  readonly conditions: Omit<AttemptConditions, 'onMistake'>;
  readonly owner: ClientOwner | undefined;
  /** No other host has clients. */
  readonly isAlone: boolean;
}

/** What the clients of a host do in a trial, each one attempt after the other; the first may be held until the barrier opens. */
export class ClientAttempts {
  #plans: readonly ClientPlan[] = [];
  #held: readonly Held<OpenClient>[] = [];
  #mistake: HostError | undefined;
  readonly #conditions: AttemptConditions;

  constructor(private readonly host: AttemptsOfHost) {
    this.#conditions = { ...host.conditions, onMistake: (mistake) => (this.#mistake ??= mistake) };
  }

  /** The first in the target's code that an attempt of this trial has shown. */
  get mistake(): HostError | undefined {
    return this.#mistake;
  }

  /** A trial begins. */
  arm(plans: readonly ClientPlan[]): void {
    this.#plans = plans;
    this.abandonHeld();
    this.#mistake = undefined;
  }

  /** Begins every first attempt that can be held. */
  async hold(): Promise<void> {
    const { clients, conditions } = this.host;
    const holding = this.#plans.filter(canBeHeld).flatMap((plan) => {
      const of = clients.known(plan.client);
      if (of?.client.hold === undefined) return [];
      const [{ f, input }] = plan.attempts as [{ f: string; input: Json }];
      of.slot.begin();
      const attempt = heldWithin(of.client.hold(f, input), conditions.timeoutMs + HOLD_MS);
      return [attempt.then((held) => ({ of, plan, attempt: held }))];
    });
    this.#held = await Promise.all(holding);
    for (const { of } of this.#held) of.slot.released();
  }

  abandonHeld(): void {
    this.#held.forEach(abandon);
    this.#held = [];
  }

  /** Resolves when every attempt of this trial has ended. The barrier opens now, at `startAtNs`. */
  async make(startAtNs: bigint): Promise<void> {
    const heldPlans = new Set(this.#held.map(({ plan }) => plan));
    const others = this.#plans.filter((plan) => !heldPlans.has(plan));
    const slackOf = startSlackNs(this.#plans);
    const going = others.map((plan) => this.#attempts(plan, startAtNs, slackOf(plan)));
    await Promise.all([this.#release(startAtNs), ...going]);
  }

  async #attempts(plan: ClientPlan, startAtNs: bigint, slackNs: number): Promise<void> {
    const { owner, conditions } = this.host;
    // Where nothing crosses a wire, each client begins in a turn of the event loop of its own: code that never waits then
    // never overlaps, as in truth. Requests to a server are to leave together.
    if (owner === undefined && (plan.delayNs > 0 || !conditions.hasServer)) {
      const atNs = startAtNs + BigInt(Math.round(plan.delayNs));
      await untilNs(atNs, slackNs);
    }
    await this.#attemptsFrom(plan, 0);
    owner?.ended(plan.client);
  }

  async #attemptsFrom({ client, attempts }: ClientPlan, place: number): Promise<void> {
    const { owner, clients, conditions } = this.host;
    for (const { f, input, afterMs = 0 } of attempts.slice(place)) {
      if (afterMs > 0) {
        if (owner === undefined) await wait(afterMs);
        else await owner.sleep(client, afterMs, NEVER_ABORTED);
      }
      await owner?.begin(client, f);
      const open = await clients.open(client);
      open.slot.begin();
      const operation = () => call(open.client, f, input);
      const invokedNs = conditions.recorder.nowNs();
      await makeAttempt(this.#conditions, open, { f, input, invokedNs, operation });
      if (open.doubtful) clients.replace(open);
    }
  }

  /** Lets what is held go, each at its own start, and goes on with what its clients do afterwards. */
  async #release(startAtNs: bigint): Promise<void> {
    const { target, isAlone } = this.host;
    const held = this.#held;
    this.#held = [];
    const going: Promise<void>[] = [];
    await releaseAll(
      held,
      startAtNs,
      (isAll) => {
        // Each process would wait for so long as its own server connections tell it, and they would start apart.
        const waits = isAll && isAlone;
        const ready = target.aboutToRelease?.(waits);
        return waits ? ready : undefined;
      },
      (released) => going.push(this.#goOn(released, startAtNs)),
    );
    await Promise.all(going);
  }

  /**
   * An attempt that was answered before its release began when it was held, before the barrier: it counts as begun with it.
   * Were it recorded as begun at its release 5 ms later, a client that was refused by then would seem to have been refused
   * before anybody bought.
   */
  async #goOn(
    { held: { of, plan }, atNs, early: isEarly, answer }: Released<OpenClient>,
    startAtNs: bigint,
  ): Promise<void> {
    const [{ f, input }] = plan.attempts as [{ f: string; input: Json }];
    if (isEarly) this.#conditions.recorder.count('early-answer', 1);
    const invokedNs = isEarly ? 0 : Number(atNs - startAtNs);
    await makeAttempt(this.#conditions, of, { f, input, invokedNs, operation: () => answer, isEarly });
    if (of.doubtful) this.host.clients.replace(of);
    await this.#attemptsFrom(plan, 1);
  }
}

/** Inside `then`, so that a synchronous throw is caught as well. */
function call(client: Client<ContractTypes>, f: string, input: Json): Promise<Json> {
  const operation = client[f];
  if (typeof operation !== 'function') {
    return Promise.reject(new TypeError(`This target's client has no operation "${f}".`));
  }
  return Promise.resolve(input).then((value) => operation.call(client, value));
}
