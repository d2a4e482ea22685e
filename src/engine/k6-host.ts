import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ApiExchange, SentRequest } from '../core/api.js';
import { limitWords } from '../core/time-limit.js';
import type { Reaper } from '../process/reaper.js';
import { completionOf, type ApiCompletion, type SentAttempt } from './api-completion.js';
import { sinceNs } from './clock.js';
import type { Exchange } from './exchanges.js';
import { ExecClientState } from './exec-client.js';
import { hostError } from './failures.js';
import { HostFailure } from './host-failure.js';
import { HostGone, type HostLink, type OnEvents } from './host-link.js';
import { readAnswers, type K6Answer } from './k6-output.js';
import { k6Script, k6Trial, TRIAL_VARIABLE, type K6Plan, type K6Trial } from './k6-script.js';
import { shownThreshold, thresholdsIn } from './k6-thresholds.js';
import { lastOutput } from './last-output.js';
import { LoadHost, relayedUrl } from './load-host.js';
import type { ProcessHosts } from './process-host.js';
import type { ArmRequest, ClientPlan, HostConnection, LoadRequest } from './protocol.js';

export interface K6Options {
  /** The program. */
  readonly k6: string;
  /** What the target makes of inputs and answers. */
  readonly exchange: ApiExchange;
  readonly reaper: Reaper;
  /** In place of the script that is made for each trial, and given the trial. */
  readonly script?: string | undefined;
  /** Told after each trial. */
  readonly onThresholds?: (trial: TrialThresholds) => void;
}

/** What k6 said of the thresholds of its script in one trial. */
export interface TrialThresholds {
  /** How many there were, as far as its output tells. */
  readonly known: number;
  /** For people. */
  readonly crossed: readonly string[];
}

/** So k6 ends where a threshold was crossed; everything was sent as ever. Source: k6 v1.3.0, `errext/exitcodes`. */
const THRESHOLDS_CROSSED = 99;

/** Hosts whose target resets and reads as ever, while k6 sends what its clients attempt. */
export function k6Hosts(inner: ProcessHosts, options: K6Options): ProcessHosts {
  return {
    ...inner,
    open: async (onEvents) => new K6Host(await inner.open(() => undefined), options, onEvents),
  };
}

/** What one client shall send in a trial, and the state that sees it. */
interface Armed {
  readonly plan: ClientPlan;
  readonly state: ExecClientState;
  readonly requests: readonly SentRequest[];
}

/**
 * Each trial is a run of k6 in which each client is a VU. Every client has a relay of its own, which tells when its requests left and
 * its answers came, on our clock, and how many there were: k6 is counted there, not asked.
 */
class K6Host extends LoadHost {
  readonly #clients = new Map<number, ExecClientState>();
  #load!: LoadRequest;
  #armed: readonly Armed[] = [];
  #trial: K6Trial | undefined;
  #originNs = 0n;
  #miscounted: readonly string[] = [];
  #running: (() => void) | undefined;

  constructor(
    inner: HostLink,
    private readonly options: K6Options,
    private readonly onEvents: OnEvents,
  ) {
    super(inner);
  }

  protected end(): void {
    this.#running?.();
    for (const state of this.#clients.values()) state.destroy();
  }

  protected load(request: LoadRequest): void {
    this.#load = request;
    const api = request.addresses.filter(({ store }) => store === 'http');
    const nowNs = () => sinceNs(this.#originNs);
    for (const { client, process } of request.clients) {
      this.#clients.set(client, new ExecClientState(client, process, request.totalClients, api, nowNs, true));
    }
  }

  protected async arm(request: ArmRequest): Promise<void> {
    const { parameters, timeoutMs } = this.#load;
    const armed: Armed[] = [];
    const plans: K6Plan[] = [];
    for (const plan of request.plans) {
      const state = this.#clients.get(plan.client)!;
      // k6 is started anew for each trial, so each client has connections of its own.
      const { stores } = await state.arm(plan, true);
      const from = { client: plan.client, parameters };
      const requests = plan.attempts.map(({ f, input }) => this.options.exchange.request(f, input, from));
      armed.push({ plan, state, requests });
      plans.push({
        client: plan.client,
        delayMs: plan.delayNs / 1e6,
        baseUrl: relayedUrl(stores['http']!),
        requests: requests.map((one, index) => ({ ...one, afterMs: plan.attempts[index]!.afterMs ?? 0 })),
      });
    }
    this.#armed = armed;
    this.#trial = k6Trial(plans, timeoutMs);
  }

  protected async go(startAtNs: bigint, limitMs: number): Promise<void> {
    this.#originNs = startAtNs;
    this.#miscounted = [];
    if (this.#armed.length === 0) return;
    const answers = await this.#run(limitMs);
    const miscounted: string[] = [];
    for (const one of this.#armed) {
      const wrong = this.#tell(one, answers);
      if (wrong !== undefined) miscounted.push(wrong);
    }
    this.#miscounted = miscounted.slice(0, 3);
  }

  /** The events of one client. Resolves with what is wrong with the number of its requests. */
  #tell({ plan, state, requests }: Armed, answers: readonly K6Answer[]): string | undefined {
    const exchanges = state.exchanges();
    const { client } = plan;
    plan.attempts.forEach(({ f, input }, attempt) => {
      const exchange = exchanges[attempt];
      const answer = answers.find((one) => one.client === client && one.attempt === attempt);
      this.#attempt(state, { f, input, request: requests[attempt]! }, exchange, answer);
    });
    return exchanges.length === plan.attempts.length
      ? undefined
      : `k6 sent ${exchanges.length} request(s) of client ${client}, who was to send ${plan.attempts.length}`;
  }

  #attempt(
    state: ExecClientState,
    { f, input, request }: SentAttempt,
    exchange: Exchange | undefined,
    answer: K6Answer | undefined,
  ): void {
    const { client } = state;
    const beganNs = Math.max(exchange?.firstRequestNs ?? 0, state.earliestNs());
    const take = (event: Parameters<ExecClientState['take']>[0]) => this.onEvents([state.take(event)]);
    take({ type: 'invoke', client, timeNs: beganNs });
    if (exchange?.lastAnswerNs === undefined || answer === undefined || answer.status === 0) {
      const message = answer?.error || 'k6 told of no answer';
      take({ type: 'info', client, timeNs: sinceNs(this.#originNs), error: { code: 'no-answer', message } });
      return;
    }
    const timeNs = Math.max(beganNs, exchange.lastAnswerNs);
    take({ ...this.#completion({ f, input, request }, answer), client, timeNs });
  }

  #completion(attempt: SentAttempt, answer: K6Answer): ApiCompletion {
    try {
      return completionOf(this.options.exchange, attempt, answer);
    } catch (error) {
      throw new HostFailure(hostError(error, 'mistake'));
    }
  }

  protected connections(): readonly HostConnection[] {
    return [...this.#clients.values()].flatMap((state) => state.connections());
  }

  protected miscounted(): readonly string[] {
    return this.#miscounted;
  }

  /** One run of k6, in a folder that is gone afterwards. */
  async #run(limitMs: number): Promise<readonly K6Answer[]> {
    const { k6, reaper } = this.options;
    const folder = path.join(os.tmpdir(), `race-check-k6-${randomUUID()}`);
    reaper.guardFolder(folder);
    await mkdir(folder, { mode: 0o700 });
    const trial = this.#trial!;
    const own = path.join(folder, 'script.js');
    const given = path.join(folder, 'trial.json');
    const output = path.join(folder, 'output.json');
    await writeFile(own, k6Script(trial));
    await writeFile(given, JSON.stringify(trial));
    const options = ['--quiet', '--no-usage-report', '--no-color', '--out', `json=${output}`];
    const child = spawn(k6, ['run', ...options, ...NO_SERVER, this.options.script ?? own], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
      // Nobody reads a summary. The flag has another name since 1.3; a variable that k6 does not know is no mistake.
      env: { ...withoutK6(process.env), K6_NO_SUMMARY: 'true', [TRIAL_VARIABLE]: given },
    });
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
    const said = lastOutput([child.stderr]);
    this.#running = () => child.kill('SIGKILL');
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    try {
      const code = await new Promise<number>((resolve, reject) => {
        const wrong = (what: string) =>
          reject(new HostFailure({ kind: 'mistake', message: `k6 ${what}${said()}` }));
        child.once('error', ({ message }) => wrong(`could not be started: ${message}`));
        child.once('close', (ended, signal) => {
          if (isLate)
            reject(new HostGone(`k6 did not end within ${limitWords(limitMs)} and was killed${said()}`));
          else if (signal !== null) reject(new HostGone(`k6 was ended by ${signal}${said()}`));
          else if (ended === 0 || ended === THRESHOLDS_CROSSED) resolve(ended);
          else wrong(`ended with code ${ended}`);
        });
      });
      const text = await readFile(output, 'utf8');
      this.options.onThresholds?.(trialThresholds(text, code, said()));
      return readAnswers(text);
    } finally {
      clearTimeout(timer);
      this.#running = undefined;
      if (child.pid !== undefined) reaper.release(child.pid);
      await rm(folder, { recursive: true, force: true });
      reaper.release(folder);
    }
  }
}

/** k6's word counts, which also knows of thresholds on a part of a metric; its output tells which they are, and what was seen. */
function trialThresholds(output: string, code: number, said: string): TrialThresholds {
  const all = thresholdsIn([output]);
  if (code !== THRESHOLDS_CROSSED) return { known: all.length, crossed: [] };
  const seen = all.filter(({ outcome }) => outcome === 'crossed');
  const [, names = ''] = /thresholds on metrics '([^']*)'/.exec(said) ?? [];
  const others = names
    .split(', ')
    .filter((name) => name !== '' && !seen.some(({ metric }) => metric === name));
  const crossed = [...seen.map(shownThreshold), ...others.map((name) => `a threshold of ${name}`)];
  return { known: all.length, crossed: crossed.length > 0 ? crossed : ['a threshold'] };
}

/** Of its own, where it could be asked how it goes: several at once would want the same port. */
const NO_SERVER = ['--address', ''];

/** The user's own settings for k6 (K6_VUS, K6_DURATION) would make it another load. */
function withoutK6(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('K6_')));
}
