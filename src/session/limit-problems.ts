import { BURST } from '../burst/definition.js';
import type { Parameters } from '../core/scenario.js';
import type { Limits } from '../report/gates.js';
import { redact } from '../report/redact.js';
import type { AnyScenario } from './choice.js';

interface Run {
  readonly scenario: AnyScenario;
  readonly parameters: Parameters;
  readonly processes: number;
}

/** What is wrong with limits for this run: a baseline of something else says nothing about it. */
export function limitProblems(
  { baseline, maxSlowdown, maxMs = {} }: Limits = {},
  run: Run,
): readonly string[] {
  const problems: string[] = [];
  for (const [percentile, limitMs] of Object.entries(maxMs)) {
    if (limitMs !== undefined && !(limitMs > 0 && Number.isFinite(limitMs))) {
      problems.push(`expected a time above 0 ms for max-${percentile}, got ${limitMs}`);
    }
  }
  if (maxSlowdown !== undefined) {
    if (!(maxSlowdown >= 1 && Number.isFinite(maxSlowdown))) {
      problems.push(`expected a ratio of 1 or more for max-slowdown, such as 1.2, got ${maxSlowdown}`);
    }
    if (baseline === undefined)
      problems.push('expected a baseline for max-slowdown to compare with, got none');
  }
  if (baseline !== undefined) problems.push(...baselineProblems(baseline, run));
  return problems;
}

function baselineProblems(
  { scenario: then, interrupted, plan, targets }: NonNullable<Limits['baseline']>,
  { scenario, parameters, processes }: Run,
): readonly string[] {
  if (then.name !== scenario.name || then.contract !== scenario.contract.name) {
    return [`expected a baseline of ${scenario.name}, got one of ${then.name}`];
  }
  const problems: string[] = [];
  // Every burst has the same name: which requests, and what was expected of them, tells one from another.
  const described = redact(scenario.describe(parameters));
  if (scenario.contract.name === BURST && then.description !== described) {
    problems.push(`expected a baseline of "${described}", got one of "${then.description}"`);
  }
  const now: Parameters = { ...parameters, processes };
  const before: Parameters = { ...then.parameters, processes: plan.processes };
  const differing = Object.keys({ ...now, ...before }).filter((name) => now[name] !== before[name]);
  if (differing.length > 0) {
    const words = (of: Parameters) =>
      differing.map((name) => `${name} = ${of[name] ?? 'nothing'}`).join(', ');
    problems.push(`expected a baseline with ${words(now)}, got one with ${words(before)}`);
  }
  if (interrupted) problems.push('expected a whole run as the baseline, got one that was interrupted');
  if (!targets.some(({ outcome, role }) => outcome === 'judged' && role === 'named')) {
    problems.push('expected a baseline in which something was judged, got one without a verdict');
  }
  return problems;
}
