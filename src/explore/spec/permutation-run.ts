import { setTimeout as wait } from 'node:timers/promises';
import type { PermutationStep, Spec } from './spec.js';
import { printResult } from './print-result.js';
import type { ServerSession, SpecServer, Told } from './spec-server.js';

/** How one permutation came out. */
export type PermutationEnd =
  | { readonly kind: 'complete' }
  /** The next step's session still waits for what only later steps would bring: this order cannot happen. */
  | { readonly kind: 'impossible'; readonly at: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** As often as isolationtester looks whether a step waits: after this time without an answer. */
const LOOK_MS = 10;
/** No step takes longer. */
const LONGEST_STEP_MS = 60_000;

/** A step that was sent and is not reported as complete. */
interface Active {
  readonly step: PermutationStep;
  answer: readonly Told[] | undefined;
  readonly answered: Promise<void>;
  /** By blocker, how many notices its session must have raised. */
  readonly targets: ReadonlyMap<PermutationStep['blockers'][number], number>;
}

/**
 * Runs the steps of one permutation and prints what isolationtester prints: the same lines in the same order. A step that
 * waits is told of as waiting, and again when it is complete; what blockers say is done as well.
 */
export class PermutationRun {
  readonly #active = new Map<number, Active>();
  /** By session: raised and shown. */
  readonly #notices: number[];
  /** By session: raised, and not shown before its own step is looked at. */
  readonly #unread: string[][];
  #waiting: Active[] = [];
  #anyNotice = false;

  constructor(
    private readonly spec: Spec,
    private readonly server: SpecServer,
    private readonly print: (text: string) => void,
    /** How long a step may wait for a session that has nothing to do: only a time-out can end that. */
    private readonly patienceMs: number,
  ) {
    this.#notices = server.sessions.map(() => 0);
    this.#unread = server.sessions.map(() => []);
    server.sessions.forEach((session, place) => {
      session.onNotice((text) => this.#unread[place]?.push(text));
    });
  }

  async run(steps: readonly PermutationStep[]): Promise<PermutationEnd> {
    this.print(`\nstarting permutation:${steps.map(({ step }) => ` ${step.name}`).join('')}\n`);
    const failure = await this.#setUp();
    if (failure !== undefined) return { kind: 'failed', reason: failure };
    for (const [at, step] of steps.entries()) {
      if (!(await this.#isFree(step.step.session))) return { kind: 'impossible', at };
      await this.#launch(step);
    }
    await this.#completeWaiting('to the end');
    if (this.#waiting.length > 0) return { kind: 'impossible', at: steps.length };
    await this.#tearDown();
    return { kind: 'complete' };
  }

  /** What is wrong with it, for people. */
  async #setUp(): Promise<string | undefined> {
    for (const sql of this.spec.setups) {
      const failure = this.#printLast(await this.server.control.run(sql));
      if (failure !== undefined) return `setup failed: ${failure}`;
    }
    for (const [place, { name, setup }] of this.spec.sessions.entries()) {
      if (setup === undefined) continue;
      const told = await this.#session(place).run(setup);
      this.#showNotices(place);
      const failure = this.#printLast(told);
      if (failure !== undefined) return `setup of session ${name} failed: ${failure}`;
    }
    return undefined;
  }

  async #tearDown(): Promise<void> {
    for (const [place, { teardown }] of this.spec.sessions.entries()) {
      if (teardown === undefined) continue;
      const told = await this.#session(place).run(teardown);
      this.#showNotices(place);
      this.#printLast(told);
    }
    if (this.spec.teardown !== undefined) this.#printLast(await this.server.control.run(this.spec.teardown));
  }

  /** Of several statements only the last one's result is shown. Returns the error that ended them. */
  #printLast(told: readonly Told[]): string | undefined {
    const last = told.at(-1);
    if (last?.kind === 'result') this.print(printResult(last.result));
    if (last?.kind === 'error') return `${last.severity}:  ${last.message}`;
    return last?.kind === 'lost' ? 'the connection was lost' : undefined;
  }

  /** Waits until this session's step before is complete. False if only later steps could bring that about. */
  async #isFree(place: number): Promise<boolean> {
    const deadline = performance.now() + LONGEST_STEP_MS;
    for (let active = this.#active.get(place); active !== undefined; active = this.#active.get(place)) {
      if (!(await this.#isAnsweredInTime(active))) return false;
      this.#showNotices(place);
      if (!this.#isBlocked(active)) {
        this.#waiting = this.#waiting.filter((other) => other !== active);
        this.#completeLate(active);
      }
      await this.#completeWaiting('as far as they can');
      if (!this.#active.has(place)) return true;
      if (performance.now() > deadline) return false;
      await wait(LOOK_MS);
    }
    return true;
  }

  /** However long it takes, unless it waits for a session that has nothing to do. */
  async #isAnsweredInTime(active: Active): Promise<boolean> {
    const startedMs = performance.now();
    let stuckSinceMs: number | undefined;
    while (active.answer === undefined) {
      await Promise.race([active.answered, wait(LOOK_MS)]);
      if (active.answer !== undefined) break;
      const nowMs = performance.now();
      const isStuck = leadsToIdle(active.step.step.session, await this.server.waiting(), this.#active);
      stuckSinceMs = isStuck ? (stuckSinceMs ?? nowMs) : undefined;
      if (stuckSinceMs !== undefined && nowMs - stuckSinceMs > this.patienceMs) return false;
      if (nowMs - startedMs > LONGEST_STEP_MS) return false;
    }
    return true;
  }

  async #launch(step: PermutationStep): Promise<void> {
    const { session, sql } = step.step;
    const active: Active = {
      step,
      answer: undefined,
      answered: this.#session(session)
        .run(sql)
        .then((told) => {
          active.answer = told;
        }),
      targets: new Map(
        step.blockers.flatMap((blocker) =>
          blocker.kind === 'notices'
            ? [[blocker, blocker.count + (this.#notices[blocker.step.session] ?? 0)] as const]
            : [],
        ),
      ),
    };
    this.#active.set(session, active);
    const mustWait = await this.#tryFirst(active);
    await this.#completeWaiting('as far as they can');
    if (mustWait) this.#waiting.push(active);
  }

  /** Right after it was sent. True if it waits. */
  async #tryFirst(active: Active): Promise<boolean> {
    const { step, blockers } = active.step;
    const isForced = blockers.some(({ kind }) => kind === 'once');
    if (isForced || (await this.#waitsInside(active)) || this.#isBlocked(active)) {
      this.print(`step ${step.name}: ${step.sql} <waiting ...>\n`);
      return true;
    }
    this.print(`step ${step.name}: ${step.sql}\n`);
    this.#complete(active);
    return false;
  }

  /** Tries all that wait, again and again as long as one that is complete may let another one go on. */
  async #completeWaiting(how: 'as far as they can' | 'to the end'): Promise<void> {
    let isAgain: boolean;
    do {
      this.#anyNotice = false;
      const before = this.#waiting.length;
      const left: Active[] = [];
      for (const active of this.#waiting) {
        const isWaiting =
          how === 'to the end' ? !(await this.#isAnsweredInTime(active)) : await this.#waitsInside(active);
        this.#showNotices(active.step.step.session);
        if (isWaiting || this.#isBlocked(active)) left.push(active);
        else this.#completeLate(active);
      }
      this.#waiting = left;
      const hasBlocker = left.some(({ step }) => step.blockers.length > 0);
      isAgain = hasBlocker && (left.length < before || this.#anyNotice);
    } while (isAgain);
  }

  /** Until it is answered, or is seen to wait for another session. */
  async #waitsInside(active: Active): Promise<boolean> {
    const { session } = active.step.step;
    const startedMs = performance.now();
    while (active.answer === undefined) {
      await Promise.race([active.answered, wait(LOOK_MS)]);
      this.#showNotices(session);
      if (active.answer !== undefined) break;
      if ((await this.server.waiting()).has(session) && active.answer === undefined) return true;
      if (performance.now() - startedMs > LONGEST_STEP_MS) return true;
    }
    this.#showNotices(session);
    return false;
  }

  #showNotices(place: number): void {
    for (const text of this.#unread[place]?.splice(0) ?? []) {
      this.print(`${this.#nameOf(place)}: ${text}`);
      this.#notices[place] = (this.#notices[place] ?? 0) + 1;
      this.#anyNotice = true;
    }
  }

  #isBlocked(active: Active): boolean {
    return active.step.blockers.some((blocker) => {
      switch (blocker.kind) {
        case 'once':
          return false;
        case 'step':
          return this.#active.get(blocker.step.session)?.step.step === blocker.step;
        case 'notices':
          return (this.#notices[blocker.step.session] ?? 0) < (active.targets.get(blocker) ?? 0);
      }
    });
  }

  #completeLate(active: Active): void {
    this.print(`step ${active.step.step.name}: <... completed>\n`);
    this.#complete(active);
  }

  #complete(active: Active): void {
    const place = active.step.step.session;
    for (const told of active.answer ?? []) {
      if (told.kind === 'result') this.print(printResult(told.result));
      else if (told.kind === 'error') this.print(`${told.severity}:  ${told.message}\n`);
      else if (told.kind === 'lost') this.print(LOST);
    }
    for (const { pid, channel, payload } of this.#session(place).notifications()) {
      const sender = this.server.sessions.findIndex((session) => session.pid === pid);
      const name = sender < 0 ? `PID ${pid}` : this.#nameOf(sender);
      this.print(`${this.#nameOf(place)}: NOTIFY "${channel}" with payload "${payload}" from ${name}\n`);
    }
    this.#active.delete(place);
  }

  #session(place: number): ServerSession {
    const session = this.server.sessions[place];
    if (session === undefined) throw new RangeError(`There is no session ${place}.`);
    return session;
  }

  #nameOf(place: number): string {
    return this.spec.sessions[place]?.name ?? String(place);
  }
}

/** Whether somebody at the end of the chain of waits has nothing on its way: then only a step to come can end the wait. */
function leadsToIdle(
  place: number,
  waiting: ReadonlyMap<number, readonly number[]>,
  active: ReadonlyMap<number, Active>,
): boolean {
  const seen = new Set<number>();
  const look = (one: number): boolean => {
    if (seen.has(one)) return false;
    seen.add(one);
    const isIdle = active.get(one)?.answer !== undefined || !active.has(one);
    return isIdle || (waiting.get(one) ?? []).some(look);
  };
  return (waiting.get(place) ?? []).some(look);
}

/** What libpq says of a connection that is gone. */
const LOST = `server closed the connection unexpectedly
\tThis probably means the server terminated abnormally
\tbefore or while processing the request.

`;
