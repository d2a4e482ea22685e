import type { Report } from '../report/report.js';
import type { SessionPlan } from './plan-session.js';
import { version } from './version.js';

/** What is known of an invocation beside its plan and what became of its targets. */
export interface SessionFacts {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly interrupted: boolean;
  readonly environment: Report['environment'];
  readonly required: readonly string[];
  readonly strict: boolean;
}

/** What every report begins with. */
export function invocationOf({ runId, seed }: SessionPlan, facts: SessionFacts) {
  return {
    version: version(),
    runId,
    startedAt: facts.startedAt.toISOString(),
    finishedAt: facts.finishedAt.toISOString(),
    interrupted: facts.interrupted,
    seed,
    environment: facts.environment,
  };
}

/** What every report tells of its scenario. */
export function scenarioOf({ scenario, parameters }: SessionPlan): Report['scenario'] {
  return {
    name: scenario.name,
    contract: scenario.contract.name,
    description: scenario.describe(parameters),
    parameters: { ...parameters },
    expected: { ...scenario.expected(parameters) },
  };
}
