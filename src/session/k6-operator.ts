import { stringify } from 'yaml';
import { clientsOf } from '../core/scenario.js';
import { UsageError } from '../core/usage-error.js';
import type { Limits } from '../report/gates.js';
import { bare } from '../stores/http/base-url.js';
import { isLoopback } from '../stores/loopback.js';
import { exportScript, runningApi } from './k6-runners.js';
import type { SessionPlan } from './plan-session.js';

const SCRIPT_FILE = 'script.js';
/** Of a ConfigMap, in all. */
const MOST_BYTES = 1_048_576;
/** The names of its pods are longer, and a label takes 63 characters. */
const NAME_AT_MOST = 50;

/**
 * Records go to stdout, as pods leave nothing but their logs; without a summary, which would stand among them. The operator's
 * runners are the latest k6 unless they are told otherwise; before 1.3 it was `--no-summary`.
 */
const ARGUMENTS = '--no-usage-report --summary-mode=disabled --out json';

/**
 * One trial for k6-operator, as YAML: the script in a ConfigMap, and a TestRun that spreads its clients over so many runners.
 * Throws UsageError where they could not run.
 */
export function operatorManifests(
  plan: SessionPlan,
  parallelism: number,
  maxMs: Limits['maxMs'] = {},
): string {
  const { scenario, parameters, named } = plan;
  const { baseUrl } = runningApi(named[0]!.target);
  const script = exportScript(plan, maxMs);
  const problems: string[] = [];
  const clients = clientsOf(scenario, parameters);
  if (!(parallelism >= 1 && parallelism <= clients)) {
    problems.push(
      `expected from 1 to ${clients} runners for --parallelism, one client each at least, got ${parallelism}`,
    );
  }
  const { hostname } = new URL(baseUrl);
  if (isLoopback(bare(hostname))) {
    problems.push(
      `the API is at ${hostname}, where each runner in a cluster finds itself: name it as they reach it (baseUrl: 'http://api.shop.svc:3000')`,
    );
  }
  const bytes = Buffer.byteLength(script);
  if (bytes > MOST_BYTES) {
    problems.push(`the script has ${bytes} bytes, and a ConfigMap takes ${MOST_BYTES}: take fewer clients`);
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UsageError([first, ...rest]);

  const name = resourceName(scenario.name);
  const configMap = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
    data: { [SCRIPT_FILE]: script },
  };
  const testRun = {
    ...{ apiVersion: 'k6.io/v1alpha1', kind: 'TestRun', metadata: { name } },
    spec: {
      parallelism,
      script: { configMap: { name, file: SCRIPT_FILE } },
      arguments: ARGUMENTS,
    },
  };
  return [configMap, testRun].map((one) => stringify(one, { lineWidth: 0 })).join('---\n');
}

/** Kubernetes takes small letters, digits and hyphens between them. */
function resourceName(scenario: string): string {
  const plain = scenario.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `race-check-${plain}`.slice(0, NAME_AT_MOST).replace(/-+$/, '');
}
