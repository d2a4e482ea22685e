import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { grouped } from '../core/grouped.js';
import type { AnomalyId } from '../core/anomaly.js';
import type { Parameters } from '../core/scenario.js';
import { storesOf } from '../core/target.js';
import { demandNone } from '../core/usage-error.js';
import { START_KINDS, type TrialPlan } from '../core/verdict.js';
import type { Load } from '../engine/load.js';
import type { StartMode } from '../engine/start-plan.js';
import { trialsNeeded } from '../verdict/binomial.js';
import type { AnyScenario, ChosenTarget } from './choice.js';
import { loadConfig } from './config.js';
import { controlOfApi } from './api-control.js';
import { findExec } from './exec-target.js';
import { findScenario, isFile } from './find-scenario.js';
import { comparedIdsOf, configTargetsOf, findTarget, type TargetPlace } from './find-targets.js';
import { engineProblems } from './engine-problems.js';
import { findK6Program, k6ScriptProblems } from './k6-engine.js';
import { amountProblems, planLoad } from './load.js';
import { limitProblems } from './limit-problems.js';
import { budgetProblems, FEWEST_TRIALS } from './matrix-options.js';
import { DEFAULTS, LIMITS, type SessionOptions } from './options.js';
import { pointProblems } from './points.js';
import { processProblems } from './processes.js';
import { resolveParameters } from './parameters.js';
import { apiUrlProblems, storeProblems, storeUrlProblems } from './store-problems.js';

/** An invocation with every question answered, before anything has been started. */
export interface SessionPlan {
  readonly command: 'gate' | 'compare';
  readonly scenario: AnyScenario;
  readonly parameters: Parameters;
  readonly named: readonly ChosenTarget[];
  /** By store, of an API by its id; one for which no control is named is absent. */
  readonly controls: ReadonlyMap<string, ChosenControl>;
  readonly trials: TrialPlan;
  /** Present where the number of trials was planned from it. */
  readonly maxRate?: number;
  readonly start: StartMode;
  readonly timeoutMs: number;
  /** Of all targets of a comparison together; the plan's `fewest` trials suffice where it is up. */
  readonly budgetMs?: number;
  /** Over how many the clients are spread. */
  readonly processes: number;
  readonly seed: string;
  readonly runId: string;
  readonly isolation: 'none' | 'process';
  /** The program that sends the requests of HTTP targets, where it is not this one. */
  readonly k6?: string;
  /** The script that it runs, where it is somebody's own. */
  readonly k6Script?: string;
  /** What autocannon sends, where it does. */
  readonly load?: Load;
}

export interface ChosenControl extends ChosenTarget {
  /** Anomalies or counted events, one of which it must show. */
  readonly shows: readonly AnomalyId[];
  /** It is among the named targets: their run is its own. */
  readonly named: boolean;
}

/**
 * Resolves names, files and numbers. Throws one UsageError with everything that is wrong. `operationMs`: how long an operation
 * may take where that is not the timeout.
 */
export async function planSession(
  options: SessionOptions & { readonly operationMs?: number },
): Promise<SessionPlan> {
  const cwd = options.cwd ?? process.cwd();
  const problems: string[] = [
    ...numberProblems(options),
    ...storeProblems(options.required, ' among the required ones'),
    ...storeProblems(options.stores),
    ...budgetProblems(options),
    ...(options.budgetMs !== undefined && options.command !== 'compare'
      ? ['expected a budget for a comparison or a matrix only: a gate needs all of its trials']
      : []),
  ];
  const config =
    options.config === undefined
      ? undefined
      : await loadConfig(path.resolve(cwd, options.config)).catch((error: unknown) => {
          addTo(problems, error);
          problems.push(...storeUrlProblems(options));
          // Without it, every name of its would be unknown as well.
          demandNone(problems);
          return undefined;
        });
  const chosen =
    typeof options.scenario === 'string'
      ? await findScenario(options.scenario, cwd, config).catch((error: unknown) => addTo(problems, error))
      : options.scenario;
  if (chosen === undefined) {
    demandNone([...problems, ...storeUrlProblems(options)]);
    throw new Error('unreachable: a scenario that was not found is a problem');
  }
  const command = options.command ?? 'gate';
  const planned = planLoad(options, chosen, problems);
  const { scenario = chosen, parameters: given = options.parameters ?? {}, load } = planned ?? {};
  const parameters = resolveParameters(scenario, given, problems);
  if (load !== undefined && problems.length === 0) {
    problems.push(...amountProblems(load, scenario, parameters));
  }
  const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
  if (problems.length === 0)
    problems.push(...timeoutProblems(scenario, parameters, options.operationMs ?? timeoutMs));
  const scenarioFolder = folderOf(options.scenario, cwd);
  const named = await findNamed(options, scenario, command, { cwd, scenarioFolder, config }, problems);
  const processes = options.processes ?? DEFAULTS.processes;
  const isAsked = isAskedFor(options) || command === 'gate';
  if (problems.length === 0) {
    const asked = isAsked ? named : [];
    problems.push(
      ...processProblems(processes, { scenario, parameters, asked }),
      ...pointProblems(scenario, asked),
    );
  }
  if (isAskedFor(options)) problems.push(...apiUrlProblems(named, options));
  problems.push(...engineProblems(options.engine ?? 'burst', named));
  problems.push(...k6ScriptProblems(options, cwd));
  problems.push(...limitProblems(options.limits, { scenario, parameters, processes }));
  problems.push(...storeUrlProblems(options, problems.length > 0 ? undefined : storesUsed(named)));
  demandNone(problems);

  const confidence = options.confidence ?? DEFAULTS.confidence;
  const asked = options.trials ?? (isOnce(scenario, options, load) ? 1 : undefined);
  const fewest = options.budgetMs === undefined ? undefined : FEWEST_TRIALS;
  const maxRate = asked === undefined ? (options.maxRate ?? DEFAULTS.maxRate) : undefined;
  return {
    command,
    scenario,
    parameters,
    named,
    controls: await findControls(scenario, named, { cwd: scenarioFolder, config }),
    trials: {
      trials: Math.max(asked ?? trialsNeeded(confidence, maxRate ?? DEFAULTS.maxRate), fewest ?? 1),
      confidence,
      stopAtFirstViolation: command === 'gate',
      ...(fewest === undefined ? {} : { fewest }),
    },
    ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }),
    ...(maxRate === undefined ? {} : { maxRate }),
    start: load === undefined ? (options.start ?? DEFAULTS.start) : 'simultaneous',
    timeoutMs,
    processes,
    seed: options.seed ?? randomBytes(3).toString('hex'),
    runId: randomBytes(3).toString('hex'),
    isolation: options.isolation ?? 'none',
    ...(options.engine === 'k6' ? { k6: await findK6Program() } : {}),
    ...(options.k6Script === undefined ? {} : { k6Script: path.resolve(cwd, options.k6Script) }),
    ...(load === undefined ? {} : { load }),
  };
}

function isAskedFor({ targets = [], exec = [] }: SessionOptions): boolean {
  return targets.length + exec.length > 0;
}

/** Where nothing brings the initial state back, or a trial is long, a second one is only run for who asks for it. */
function isOnce(
  { isRepeatable = true }: AnyScenario,
  { confidence, maxRate }: SessionOptions,
  load: Load | undefined,
): boolean {
  return (!isRepeatable || load !== undefined) && confidence === undefined && maxRate === undefined;
}

function folderOf(scenario: SessionOptions['scenario'], cwd: string): string {
  return typeof scenario === 'string' && isFile(scenario) ? path.dirname(path.resolve(cwd, scenario)) : cwd;
}

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
function timeoutProblems(
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

/** What was asked for; else the scenario's default, or in a comparison everything that we have for its contract. */
async function findNamed(
  options: SessionOptions,
  scenario: AnyScenario,
  command: 'gate' | 'compare',
  { cwd, scenarioFolder, config }: TargetPlace & { readonly scenarioFolder: string },
  problems: string[],
): Promise<readonly ChosenTarget[]> {
  const { targets = [], exec = [], stores = [] } = options;
  const isAsked = isAskedFor(options);
  const { name: contract } = scenario.contract;
  const own = configTargetsOf(contract, config).map(({ target }) => target.id);
  const ours = command === 'compare' ? [...comparedIdsOf(contract, stores), ...own] : [];
  const given = isAsked ? [...new Set(targets)] : ours.length > 0 ? ours : [scenario.defaultTarget];
  const folder = isAsked ? cwd : scenarioFolder;
  const found = await Promise.all([
    ...given.map((one) => findTarget(one, scenario, { cwd: folder, config }, problems)),
    ...exec.map((one) => findExec(one, scenario, cwd, problems)),
  ]);
  const chosen = found.filter((one) => one !== undefined);
  const kept = stores.length === 0 ? chosen : chosen.filter((one) => stores.includes(firstStore(one)));
  if (kept.length < chosen.length && problems.length === 0) {
    problems.push(...leftOut(chosen, kept, stores, isAsked));
  }
  const ids = kept.map(({ target }) => target.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    problems.push(`two of the targets have the id "${twice}": an id stands for one target`);
  return kept;
}

/** What was asked for by name must not silently be left out, and something must be left. */
function leftOut(
  chosen: readonly ChosenTarget[],
  kept: readonly ChosenTarget[],
  stores: readonly string[],
  isAsked: boolean,
): readonly string[] {
  const asked = stores.join(', ');
  if (isAsked) {
    return chosen
      .filter((one) => !kept.includes(one))
      .map((one) => `target ${one.target.id}: it is on ${firstStore(one)}, and only ${asked} was asked for`);
  }
  if (kept.length > 0) return [];
  const there = [...new Set(chosen.map(firstStore))].join(', ');
  return [`no target on ${asked}: the targets here are on ${there}`];
}

function storesUsed(named: readonly ChosenTarget[]): readonly string[] {
  return named.flatMap(({ target }) => storesOf(target));
}

function firstStore({ target }: ChosenTarget): string {
  return storesOf(target)[0]!;
}

/**
 * The control of each store that a named target uses: one of the named targets, one of ours, or a file beside the
 * scenario's. A scenario that names one which cannot be found is wrong itself. An API may name one of its own, and that of
 * another API vouches for nothing: its conditions are its own.
 */
async function findControls(
  scenario: AnyScenario,
  named: readonly ChosenTarget[],
  place: TargetPlace,
): Promise<ReadonlyMap<string, ChosenControl>> {
  const controls = new Map<string, ChosenControl>();
  const problems: string[] = [];
  const add = (key: string, found: ChosenTarget, shows: readonly AnomalyId[]) => {
    // A file may have been named too: its id tells.
    const among = named.find(({ target }) => target.id === found.target.id);
    // What vouches for several runs once.
    const known = [...controls.values()].find(({ target }) => target.id === found.target.id);
    controls.set(key, known ?? { ...(among ?? found), shows, named: among !== undefined });
  };
  for (const store of new Set(named.filter(({ target }) => target.api === undefined).map(firstStore))) {
    const control = scenario.controls[store];
    if (control === undefined) continue;
    const isNamed = named.find(({ target }) => target.id === control.target);
    const found = isNamed ?? (await findTarget(control.target, scenario, place, problems));
    if (found !== undefined) add(store, found, control.shows);
  }
  demandNone(problems.map((problem) => `the control of ${scenario.name}: ${problem}`));
  for (const chosen of named) {
    const control = await controlOfApi(chosen, scenario, place, problems);
    if (control !== undefined) add(chosen.target.id, control, control.shows);
  }
  demandNone(problems);
  return controls;
}

function addTo(problems: string[], error: unknown): undefined {
  if (error instanceof Error && 'problems' in error) {
    problems.push(...(error.problems as readonly string[]));
    return undefined;
  }
  throw error;
}
