import { grouped } from '../core/grouped.js';
import type { Parameters } from '../core/scenario.js';
import type { Load } from '../engine/load.js';
import type { AnyScenario } from './choice.js';
import { LOAD_DEFAULTS, LIMITS, type SessionOptions } from './options.js';

/** What is sent under load: the scenario with as many clients as there are attempts, and how they are sent. */
export interface PlannedLoad {
  readonly load: Load;
  readonly scenario: AnyScenario;
  readonly parameters: Readonly<Record<string, number | undefined>>;
}

type Asked = Pick<SessionOptions, 'engine' | 'load' | 'parameters' | 'start' | 'processes'>;

/**
 * A load is one burst of very many clients, who share few connections: each attempt is another client's, as in any trial, so
 * that checkers and control know what they see. Undefined where no load was asked for. Adds to `problems` what does not fit.
 */
export function planLoad(options: Asked, scenario: AnyScenario, problems: string[]): PlannedLoad | undefined {
  const { engine, load: asked = {}, parameters = {} } = options;
  if (engine !== 'autocannon') {
    for (const [name, value] of Object.entries(asked)) {
      if (value === undefined) continue;
      problems.push(`--${name.replace('Ms', '')} is for --engine autocannon`);
    }
    return undefined;
  }
  const { connections = LOAD_DEFAULTS.connections, rate } = asked;
  const { amount } = asked;
  const durationMs = amount === undefined ? (asked.durationMs ?? LOAD_DEFAULTS.durationMs) : undefined;
  const load: Load = {
    connections,
    ...(amount === undefined ? {} : { amount }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(rate === undefined ? {} : { rate }),
  };
  problems.push(...loadProblems(load, asked), ...scenarioProblems(scenario, options));
  const { clients } = scenario.parameters;
  if (clients === undefined) return undefined;
  return {
    load,
    scenario: {
      ...scenario,
      unequal: false,
      parameters: { ...scenario.parameters, clients: { ...clients, max: LIMITS.amount } },
      ...(amount === undefined ? unknownAmount(scenario) : {}),
    },
    parameters: { ...parameters, clients: amount ?? LIMITS.amount },
  };
}

/** What is wrong once the numbers are known. */
export function amountProblems(
  { amount = LIMITS.amount }: Load,
  scenario: AnyScenario,
  parameters: Parameters,
): readonly string[] {
  const attempts = scenario.attempts(parameters, () => 0.5);
  const problems: string[] = [];
  if (attempts.length !== amount) {
    problems.push(
      `${amount} clients of ${scenario.name} make ${attempts.length} attempts: autocannon sends one for each`,
    );
  }
  if (attempts.some(({ afterMs = 0 }) => afterMs > 0)) {
    problems.push(
      `clients of ${scenario.name} come at times of their own: autocannon sends without a pause (use --engine burst)`,
    );
  }
  return problems;
}

/** How many attempts there will be is known when the time is over. */
function unknownAmount(scenario: AnyScenario): Pick<AnyScenario, 'describe' | 'expected'> {
  return {
    describe: (numbers) => `${scenario.describe(numbers)} at most`,
    expected: () => ({}),
  };
}

function loadProblems(
  { connections, amount, durationMs, rate }: Load,
  asked: NonNullable<SessionOptions['load']>,
): readonly string[] {
  const problems: string[] = [];
  const whole = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    problems.push(`expected a whole number from ${least} to ${grouped(most)} for --${name}, got ${value}`);
  };
  whole('connections', connections, 1, LIMITS.connections);
  whole('amount', amount, 2, LIMITS.amount);
  whole('rate', rate, 1, LIMITS.amount);
  if (durationMs !== undefined && durationMs > LIMITS.timeoutMs) {
    problems.push(`expected at most ${LIMITS.timeoutMs / 60_000}m for --duration, got ${durationMs} ms`);
  }
  if (amount !== undefined && asked.durationMs !== undefined) {
    problems.push('expected either --amount or --duration, got both');
  }
  if (amount !== undefined && amount < connections) {
    problems.push(
      `expected an --amount of at least one request for each of the ${grouped(connections)} connections, got ${amount}`,
    );
  }
  if (rate !== undefined && rate < connections) {
    problems.push(
      `expected a --rate of at least one request a second for each of the ${grouped(connections)} connections, got ${rate}`,
    );
  }
  return problems;
}

function scenarioProblems(
  scenario: AnyScenario,
  { parameters = {}, start, processes }: Asked,
): readonly string[] {
  const problems: string[] = [];
  if (scenario.parameters['clients'] === undefined || scenario.faults !== undefined) {
    problems.push(
      `${scenario.name} is no scenario of as many clients as one likes: --engine autocannon needs one`,
    );
  }
  if (parameters['clients'] !== undefined) {
    problems.push(
      'expected no --clients with --engine autocannon: each of its requests is of another client',
    );
  }
  if (start !== undefined) problems.push('expected no --start with --engine autocannon, which has none');
  if ((processes ?? 1) > 1) problems.push('expected no --processes with --engine autocannon: it is one');
  return problems;
}
