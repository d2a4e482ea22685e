import type { SentRequest } from '../core/api.js';

/** What one client sends, one request after the other. */
export interface K6Plan {
  readonly client: number;
  readonly delayMs: number;
  /** Of its own, so that what it sends is seen as its. */
  readonly baseUrl: string;
  readonly requests: readonly (SentRequest & { readonly afterMs: number })[];
}

/** The metric under which the script tells each answer; its tags are client, attempt, status, headers, body and error. */
export const ANSWER_METRIC = 'race_check_answer';

/** What a script sends, and what it is told with each answer. */
export interface K6Trial {
  /** Told with each answer, so that outputs of one run are known as such. */
  readonly run: string;
  readonly timeoutMs: number;
  /** Longer than that it cannot take. */
  readonly seconds: number;
  readonly plans: readonly K6Plan[];
}

export interface K6Settings {
  /** Takes any certificate. Default false. */
  readonly insecure?: boolean;
  /** By metric. Default: none. */
  readonly thresholds?: Readonly<Record<string, readonly string[]>>;
}

/** Names a file with the trial to be sent in place of the one in the script: a script that somebody edited is run with it. */
export const TRIAL_VARIABLE = 'RACE_CHECK_TRIAL';

export function k6Trial(plans: readonly K6Plan[], timeoutMs: number, run = ''): K6Trial {
  const longestMs = Math.max(
    ...plans.map(({ delayMs, requests }) =>
      requests.reduce((ms, { afterMs }) => ms + afterMs + timeoutMs, delayMs),
    ),
  );
  return { run, timeoutMs, seconds: Math.ceil(longestMs / 1_000) + 1, plans };
}

/**
 * A k6 script in which each client is a VU that makes its requests once. It runs by itself (`k6 run`), and its answers are in
 * the output of `--out json`. Follows no redirect and sends nothing again.
 */
export function k6Script(trial: K6Trial, { insecure = false, thresholds = {} }: K6Settings = {}): string {
  return `// Written by race-check: each client is a VU, each attempt is made exactly once.
// Thresholds, checks and metrics may be added. race-check runs what was edited with --engine k6 --k6-script FILE.
import http from 'k6/http';
import exec from 'k6/execution';
import { check, sleep } from 'k6';
import { SharedArray } from 'k6/data';
import { Trend } from 'k6/metrics';

/**
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body?: string, afterMs: number }} Attempt
 * @typedef {{ client: number, delayMs: number, baseUrl: string, requests: Attempt[] }} Plan
 * @returns {{ run: string, timeoutMs: number, seconds: number, plans: Plan[] }}
 */
const read = () => __ENV.${TRIAL_VARIABLE} ? JSON.parse(open(__ENV.${TRIAL_VARIABLE})) : ${JSON.stringify(trial, undefined, 2)};

// One for all VUs: each would have a copy of the plans of all others otherwise.
const plans = new SharedArray('plans', () => read().plans);
const trial = new SharedArray('trial', () => [{ ...read(), plans: [] }])[0];

const answers = new Trend('${ANSWER_METRIC}', true);

export const options = {
  scenarios: {
    burst: {
      executor: 'per-vu-iterations',
      vus: plans.length,
      iterations: 1,
      maxDuration: trial.seconds + 's',
      gracefulStop: '0s',
    },
  },
  thresholds: ${JSON.stringify(thresholds, undefined, 2).replaceAll('\n', '\n  ')},
  maxRedirects: 0,
  insecureSkipTLSVerify: ${insecure},
};

export default function () {
  const plan = plans[exec.vu.idInTest - 1];
  if (plan === undefined) throw new Error('there is no plan for VU ' + exec.vu.idInTest);
  sleep(plan.delayMs / 1000);
  plan.requests.forEach((request, attempt) => {
    sleep(request.afterMs / 1000);
    const response = http.request(request.method, plan.baseUrl + request.path, request.body ?? null, {
      headers: request.headers,
      timeout: trial.timeoutMs,
      redirects: 0,
    });
    check(response, { 'it was answered': ({ status }) => status !== 0 });
    answers.add(response.timings.duration, {
      client: String(plan.client),
      attempt: String(attempt),
      status: String(response.status),
      headers: JSON.stringify(response.headers),
      body: typeof response.body === 'string' ? response.body : '',
      error: response.error,
      run: trial.run,
      // k6's output does not tell those on a part of a metric.
      ...(plan.client === 0 && attempt === 0
        ? { thresholds: JSON.stringify(exec.test.options.thresholds ?? {}) }
        : {}),
    });
  });
}
`;
}
