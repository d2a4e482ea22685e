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

/**
 * A k6 script in which each client is a VU that makes its requests once. It runs by itself (`k6 run`), and its answers are in
 * the output of `--out json`; `run` is told with each of them, so that outputs of one run are known as such. Follows no redirect and sends nothing again.
 */
export function k6Script(plans: readonly K6Plan[], timeoutMs: number, run = ''): string {
  const longestMs = Math.max(
    ...plans.map(({ delayMs, requests }) =>
      requests.reduce((ms, { afterMs }) => ms + afterMs + timeoutMs, delayMs),
    ),
  );
  return `// Written by race-check: each client is a VU, each attempt is made exactly once.
import http from 'k6/http';
import exec from 'k6/execution';
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';

/**
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body?: string, afterMs: number }} Attempt
 * @type {{ client: number, delayMs: number, baseUrl: string, requests: Attempt[] }[]}
 */
const plans = ${JSON.stringify(plans, undefined, 2)};

const run = ${JSON.stringify(run)};
const answers = new Trend('${ANSWER_METRIC}', true);

export const options = {
  scenarios: {
    burst: {
      executor: 'per-vu-iterations',
      vus: plans.length,
      iterations: 1,
      maxDuration: '${Math.ceil(longestMs / 1_000) + 1}s',
      gracefulStop: '0s',
    },
  },
  maxRedirects: 0,
};

export default function () {
  const plan = plans[exec.vu.idInTest - 1];
  if (plan === undefined) throw new Error('there is no plan for VU ' + exec.vu.idInTest);
  sleep(plan.delayMs / 1000);
  plan.requests.forEach((request, attempt) => {
    sleep(request.afterMs / 1000);
    const response = http.request(request.method, plan.baseUrl + request.path, request.body ?? null, {
      headers: request.headers,
      timeout: ${timeoutMs},
      redirects: 0,
    });
    answers.add(response.timings.duration, {
      client: String(plan.client),
      attempt: String(attempt),
      status: String(response.status),
      headers: JSON.stringify(response.headers),
      body: typeof response.body === 'string' ? response.body : '',
      error: response.error,
      run,
    });
  });
}
`;
}
