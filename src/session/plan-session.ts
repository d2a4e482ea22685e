import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { AnomalyId } from '../core/anomaly.js';
import type { Parameters } from '../core/scenario.js';
import { storesOf } from '../core/target.js';
import { demandNone } from '../core/usage-error.js';
import { START_KINDS, type TrialPlan } from '../core/verdict.js';
import type { StartMode } from '../engine/start-plan.js';
import { STORES } from '../stores/index.js';
import { trialsNeeded } from '../verdict/binomial.js';
import type { AnyScenario, ChosenTarget } from './choice.js';
import { findScenario, isFile } from './find-scenario.js';
import { findTarget, targetIdsOf } from './find-targets.js';
import { didYouMean } from './nearest.js';
import { DEFAULTS, LIMITS, type SessionOptions } from './options.js';
import { resolveParameters } from './parameters.js';

/** An invocation with every question answered, before anything has been started. */
export interface SessionPlan {
  readonly command: 'gate' | 'compare';
  readonly scenario: AnyScenario;
  readonly parameters: Parameters;
  readonly named: readonly ChosenTarget[];
  /** By store; a store that the scenario names no control for is absent. */
  readonly controls: ReadonlyMap<string, ChosenControl>;
  readonly trials: TrialPlan;
  /** Present where the number of trials was planned from it. */
  readonly maxRate?: number;
  readonly start: StartMode;
  readonly timeoutMs: number;
  readonly seed: string;
  readonly runId: string;
  readonly isolation: 'none' | 'process';
}

export interface ChosenControl extends ChosenTarget {
  /** Anomalies or counted events, one of which it must show. */
  readonly shows: readonly AnomalyId[];
  /** It is among the named targets: their run is its own. */
  readonly named: boolean;
}

/** Resolves names, files and numbers. Throws one UsageError with everything that is wrong. */
export async function planSession(options: SessionOptions): Promise<SessionPlan> {
  const cwd = options.cwd ?? process.cwd();
  const problems: string[] = [...numberProblems(options), ...requiredProblems(options)];
  const scenario =
    typeof options.scenario === 'string'
      ? await findScenario(options.scenario, cwd).catch((error: unknown) => addTo(problems, error))
      : options.scenario;
  if (scenario === undefined) {
    demandNone(problems);
    throw new Error('unreachable: a scenario that was not found is a problem');
  }
  const command = options.command ?? 'gate';
  const parameters = resolveParameters(scenario, options.parameters ?? {}, problems);
  const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
  if (problems.length === 0) problems.push(...timeoutProblems(scenario, parameters, timeoutMs));
  const named = await findNamed(options, scenario, command, cwd, problems);
  demandNone(problems);

  const confidence = options.confidence ?? DEFAULTS.confidence;
  const maxRate = options.trials === undefined ? (options.maxRate ?? DEFAULTS.maxRate) : undefined;
  return {
    command,
    scenario,
    parameters,
    named,
    controls: await findControls(scenario, named, folderOf(options.scenario, cwd)),
    trials: {
      trials: options.trials ?? trialsNeeded(confidence, maxRate ?? DEFAULTS.maxRate),
      confidence,
      stopAtFirstViolation: command === 'gate',
    },
    ...(maxRate === undefined ? {} : { maxRate }),
    start: options.start ?? DEFAULTS.start,
    timeoutMs,
    seed: options.seed ?? randomBytes(3).toString('hex'),
    runId: randomBytes(3).toString('hex'),
    isolation: options.isolation ?? 'none',
  };
}

function folderOf(scenario: SessionOptions['scenario'], cwd: string): string {
  return typeof scenario === 'string' && isFile(scenario) ? path.dirname(path.resolve(cwd, scenario)) : cwd;
}

function numberProblems(options: SessionOptions): readonly string[] {
  const problems: string[] = [];
  const whole = (name: string, value: number | undefined, max: number) => {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= max)) {
      problems.push(`expected a whole number from 1 to ${max} for ${name}, got ${value}`);
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
function timeoutProblems(
  scenario: AnyScenario,
  parameters: Parameters,
  timeoutMs: number,
): readonly string[] {
  const slowestMs = scenario.slowestMs?.(parameters) ?? 0;
  if (slowestMs < timeoutMs) return [];
  return [
    `expected a timeout above ${slowestMs} ms, since an operation of ${scenario.name} is kept waiting that long by these numbers, got ${timeoutMs}`,
  ];
}

function requiredProblems({ required = [] }: SessionOptions): readonly string[] {
  const known = Object.keys(STORES);
  return required
    .filter((store) => !known.includes(store))
    .map(
      (store) =>
        `unknown store "${store}"${didYouMean(store, known)} among the required ones (known: ${known.join(', ')})`,
    );
}

async function findNamed(
  { targets }: SessionOptions,
  scenario: AnyScenario,
  command: 'gate' | 'compare',
  cwd: string,
  problems: string[],
): Promise<readonly ChosenTarget[]> {
  const all = command === 'compare' ? targetIdsOf(scenario.contract.name) : [scenario.defaultTarget];
  const given = targets === undefined || targets.length === 0 ? all : [...new Set(targets)];
  const found = await Promise.all(given.map((one) => findTarget(one, scenario, cwd, problems)));
  const chosen = found.filter((one) => one !== undefined);
  const ids = chosen.map(({ target }) => target.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    problems.push(`two of the targets have the id "${twice}": an id stands for one target`);
  return chosen;
}

/**
 * The control of each store that a named target uses: one of the named targets, one of ours, or a file beside the
 * scenario's. A scenario that names one which cannot be found is wrong itself.
 */
async function findControls(
  scenario: AnyScenario,
  named: readonly ChosenTarget[],
  scenarioFolder: string,
): Promise<ReadonlyMap<string, ChosenControl>> {
  const controls = new Map<string, ChosenControl>();
  const problems: string[] = [];
  for (const store of new Set(named.map(({ target }) => storesOf(target)[0]!))) {
    const control = scenario.controls[store];
    if (control === undefined) continue;
    const among = named.find(({ target }) => target.id === control.target);
    const chosen = among ?? (await findTarget(control.target, scenario, scenarioFolder, problems));
    if (chosen !== undefined) {
      controls.set(store, { ...chosen, shows: control.shows, named: among !== undefined });
    }
  }
  demandNone(problems.map((problem) => `the control of ${scenario.name}: ${problem}`));
  return controls;
}

function addTo(problems: string[], error: unknown): undefined {
  if (error instanceof Error && 'problems' in error) {
    problems.push(...(error.problems as readonly string[]));
    return undefined;
  }
  throw error;
}
