import { z } from 'zod';
import type { ApiExchange } from '../core/api.js';
import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent } from '../core/history.js';
import type { Json } from '../core/json.js';
import { clientsOf, type Parameters } from '../core/scenario.js';
import type { OpenTarget } from '../core/target.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import { createTargetContext } from '../engine/client-slot.js';
import { completionOf } from '../engine/api-completion.js';
import { readAnswers, type K6Answer } from '../engine/k6-output.js';
import { ANSWER_METRIC, k6Script, k6Trial } from '../engine/k6-script.js';
import { seededRandom } from '../core/random.js';
import { writeHistory } from '../report/history-file.js';
import type { Limits } from '../report/gates.js';
import { parseBaseUrl } from '../stores/http/base-url.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import type { SessionPlan } from './plan-session.js';

/** The API could not be reset, or asked for its final state. The message is for people. */
export class ApiFailed extends Error {
  override readonly name = 'ApiFailed';
}

/** What was exported, told with each answer, so that outputs of several runners are known to belong together. */
const exported = z.object({
  scenario: z.string(),
  parameters: z.record(z.string(), z.number()),
  seed: z.string(),
  target: z.string(),
});
export type Exported = z.infer<typeof exported>;

/** An API that is running already: a script for another machine cannot start one. Throws UsageError. */
export function runningApi(target: AnyTarget): {
  readonly id: string;
  readonly exchange: ApiExchange;
  readonly baseUrl: string;
  readonly insecure: boolean;
} {
  const { api, id } = target;
  if (api?.exchange === undefined) throw new UsageError([`${id} is no HTTP API: k6 sends HTTP requests`]);
  if (typeof api.baseUrl !== 'string') {
    throw new UsageError([
      `${id} has no base URL of its own, since it is started for each run: k6 needs one that is running (baseUrl: 'http://127.0.0.1:3000')`,
    ]);
  }
  return { id, exchange: api.exchange, baseUrl: api.baseUrl, insecure: api.insecure };
}

/** Attempts of one trial by client, as the seed draws them. */
function attemptsOf(scenario: AnyScenario, parameters: Parameters, seed: string) {
  const attempts = scenario.attempts(parameters, seededRandom(`${seed}/trial/0`));
  const clients = clientsOf(scenario, parameters);
  const byClient = Array.from({ length: clients }, () => [] as (typeof attempts)[number][]);
  attempts.forEach((attempt, index) => byClient[index % clients]!.push(attempt));
  return byClient;
}

/** The k6 script of one trial. Throws UsageError where the target is no running API. */
export function exportScript(
  { scenario, parameters, seed, named, timeoutMs }: SessionPlan,
  maxMs: Limits['maxMs'] = {},
): string {
  const target = runningApi(named[0]!.target);
  const run: Exported = { scenario: scenario.name, parameters: { ...parameters }, seed, target: target.id };
  const plans = attemptsOf(scenario, parameters, seed).map((attempts, client) => ({
    ...{ client, delayMs: 0, baseUrl: target.baseUrl.replace(/\/+$/, '') },
    requests: attempts.map(({ f, input, afterMs = 0 }) => ({
      ...target.exchange.request(f, input, { client, parameters }),
      afterMs,
    })),
  }));
  return k6Script(k6Trial(plans, timeoutMs, JSON.stringify(run)), {
    insecure: target.insecure,
    thresholds: thresholdsFor(maxMs),
  });
}

/** Every client is started, each attempt is answered, and none takes longer than it may. */
function thresholdsFor(maxMs: NonNullable<Limits['maxMs']>): Readonly<Record<string, readonly string[]>> {
  const times = Object.entries(maxMs).flatMap(([percentile, limitMs]) =>
    limitMs === undefined ? [] : [`p(${percentile.slice(1)})<=${limitMs}`],
  );
  return {
    ...{ dropped_iterations: ['count==0'], checks: ['rate==1'] },
    ...(times.length === 0 ? {} : { [ANSWER_METRIC]: times }),
  };
}

/** Has the target do something while nothing else is at work in the API. What that throws becomes ApiFailed, behind `failed`. */
export async function withTarget<T>(
  target: AnyTarget,
  parameters: Parameters,
  allowRemote: boolean,
  failed: string,
  work: (open: OpenTarget<ContractTypes>) => Promise<T>,
): Promise<T> {
  const { baseUrl, insecure } = runningApi(target);
  const { host, port, encrypted } = parseBaseUrl(baseUrl, allowRemote);
  const address = {
    store: 'http',
    host,
    port,
    namespace: baseUrl,
    tls: encrypted ? (insecure ? 'no-verify' : 'verify') : 'off',
  } as const;
  const source = { parameters, random: seededRandom(''), addresses: new Map([['http', address]]) };
  try {
    const open = await target.open(createTargetContext(source));
    try {
      return await work(open);
    } finally {
      await open.close();
    }
  } catch (error) {
    throw new ApiFailed(`${failed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** What several outputs of k6 come to together. */
export interface MergedRunners {
  /** A whole history file. */
  readonly history: string;
  /** Why they show nothing, whatever the history says: an attempt was made twice, or not at all. */
  readonly miscounted: readonly string[];
}

/** What was exported, as the outputs tell. Throws UsageError where they do not belong together. */
export function exportedOf(outputs: readonly { readonly name: string; readonly text: string }[]): {
  readonly exported: Exported;
  readonly answers: readonly K6Answer[];
} {
  const problems: string[] = [];
  const all = outputs.map(({ name, text }) => {
    try {
      const answers = readAnswers(text);
      if (answers.length === 0)
        problems.push(`${name} has no answer of an exported script (k6 run --out json=FILE)`);
      return { name, answers };
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return { name, answers: [] };
    }
  });
  const answers = all.flatMap((one) => one.answers);
  const runs = [...new Set(answers.map(({ run }) => run))];
  if (runs.length > 1)
    problems.push('the outputs are of different exports: each has to be of the same script');
  else problems.push(...toldTwice(all));
  demandNone(problems);
  const parsed = exported.safeParse(jsonOf(runs[0] ?? ''));
  if (!parsed.success) throw new UsageError(['the outputs are of no script that race-check export k6 wrote']);
  return { exported: parsed.data, answers };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The same answer to the nanosecond is one that was told twice, by a copy of an output: it says nothing of an attempt that was made
 * twice, and would count twice in a threshold.
 */
function toldTwice(
  all: readonly { readonly name: string; readonly answers: readonly K6Answer[] }[],
): readonly string[] {
  const first = new Map<string, string>();
  const twice = new Set<string>();
  for (const { name, answers } of all) {
    for (const { client, attempt, endedNs, tookMs } of answers) {
      const key = [client, attempt, endedNs, tookMs].join(' ');
      const known = first.get(key);
      if (known === undefined) first.set(key, name);
      else
        twice.add(
          known === name
            ? `${name} has the same answers twice`
            : `${known} and ${name} have the same answers`,
        );
    }
  }
  return [...twice].map((words) => `${words}: give the output of each runner once`);
}

/** One history of all runners. Their times are of the wall clock of their machines. */
export function mergeRunners(
  answers: readonly K6Answer[],
  final: Json,
  {
    scenario,
    target,
    run,
  }: { readonly scenario: AnyScenario; readonly target: AnyTarget; readonly run: Exported },
): MergedRunners {
  const { exchange } = runningApi(target);
  const { parameters, seed } = run;
  const startNs = answers.reduce(
    (least, one) => (begunNs(one) < least ? begunNs(one) : least),
    begunNs(answers[0]!),
  );
  const miscounted: string[] = [];
  const events: HistoryEvent[] = [];
  const planned = attemptsOf(scenario, parameters, seed);
  planned.forEach((attempts, client) =>
    attempts.forEach(({ f, input }, attempt) => {
      const told = answers.filter((one) => one.client === client && one.attempt === attempt);
      if (told.length === 0)
        miscounted.push(`attempt ${attempt + 1} of client ${client} is in no output: is one missing?`);
      if (told.length > 1)
        miscounted.push(`attempt ${attempt + 1} of client ${client} was made ${told.length} times`);
      const [answer] = told;
      if (answer === undefined) return;
      const of = { process: client, client, f };
      const timeNs = Number(answer.endedNs - startNs);
      events.push({ type: 'invoke', timeNs: Number(begunNs(answer) - startNs), ...of, value: input });
      if (answer.status === 0) {
        miscounted.push(
          `attempt ${attempt + 1} of client ${client} had no answer, and may still be at work in the API`,
        );
        events.push({ type: 'info', timeNs, ...of, error: { code: 'no-answer', message: answer.error } });
        return;
      }
      const request = exchange.request(f, input, { client, parameters });
      events.push({ timeNs, ...of, ...completionOf(exchange, { f, input, request }, answer) });
    }),
  );
  const known = ({ client, attempt }: K6Answer) => planned[client]?.[attempt] !== undefined;
  if (!answers.every(known)) miscounted.push('there are answers to attempts that nobody was to make');
  const header = {
    ...{ contract: scenario.contract.name, scenario: scenario.name, parameters, seed, target: run.target },
    initial: scenario.initial(parameters),
  };
  const inOrder = events.sort((a, b) => a.timeNs - b.timeNs);
  return {
    history: writeHistory({ header, events: inOrder, final, openTransactions: [] }),
    miscounted:
      miscounted.length > 3 ? [...miscounted.slice(0, 3), `and ${miscounted.length - 3} more`] : miscounted,
  };
}

function begunNs({ endedNs, tookMs }: K6Answer): bigint {
  return endedNs - BigInt(Math.round(tookMs * 1e6));
}
