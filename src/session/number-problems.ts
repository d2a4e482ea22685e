import { grouped } from '../core/grouped.js';
import type { Parameters } from '../core/scenario.js';
import { START_KINDS } from '../core/verdict.js';
import type { AnyScenario } from './choice.js';
import { LIMITS, type SessionOptions } from './options.js';

/** What is wrong with the numbers that a session is asked for. */
export function numberProblems(options: Omit<SessionOptions, 'scenario'>): readonly string[] {
  const problems: string[] = [];
  const whole = (name: string, value: number | undefined, max: number) => {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= max)) {
      problems.push(`expected a whole number from 1 to ${grouped(max)} for ${name}, got ${value}`);
    }
  };
  const share = (name: string, value: number | undefined) => {
    if (value !== undefined && !(value > 0 && value < 1)) {
      problems.push(
        `expected a share between 0 and 1 (or a percentage between 0 % and 100 %) for ${name}, got ${value}`,
      );
    }
  };
  whole('trials', options.trials, LIMITS.trials);
  whole('timeout (in milliseconds)', options.timeoutMs, LIMITS.timeoutMs);
  whole('processes', options.processes, LIMITS.processes);
  share('confidence', options.confidence);
  share('max-rate', options.maxRate);
  const kinds: readonly string[] = ['mixed', ...START_KINDS];
  if (options.start !== undefined && !kinds.includes(options.start)) {
    problems.push(`expected one of ${kinds.join(', ')} for start, got "${options.start}"`);
  }
  if (options.trials !== undefined && options.maxRate !== undefined) {
    problems.push('expected either trials or max-rate, got both: max-rate plans the number of trials');
  }
  return problems;
}

/** An operation that is cut off where the scenario has it wait would be an "info" in every trial, and prove nothing. */
export function timeoutProblems(
  scenario: AnyScenario,
  parameters: Parameters,
  timeoutMs: number,
): readonly string[] {
  const slowestMs = scenario.slowestMs?.(parameters) ?? 0;
  if (slowestMs < timeoutMs) return [];
  return [
    `expected a timeout above ${grouped(slowestMs)} ms, since an operation of ${scenario.name} is kept waiting that long by these numbers, got ${grouped(timeoutMs)} ms`,
  ];
}
