import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Parameters } from '../core/scenario.js';
import { storesOf } from '../core/target.js';
import { demandNone } from '../core/usage-error.js';
import type { TrialPlan } from '../core/verdict.js';
import type { Load } from '../engine/load.js';
import type { StartMode } from '../engine/start-plan.js';
import { trialsNeeded } from '../verdict/binomial.js';
import type { AnyScenario, ChosenTarget } from './choice.js';
import { loadConfig } from './config.js';
import { engineProblems } from './engine-problems.js';
import { findScenario, isFile } from './find-scenario.js';
import { findK6Program, k6ScriptProblems } from './k6-engine.js';
import { limitProblems } from './limit-problems.js';
import { amountProblems, planLoad } from './load.js';
import { budgetProblems, FEWEST_TRIALS } from './matrix-options.js';
import { findNamed, isAskedFor } from './named-targets.js';
import { numberProblems, timeoutProblems } from './number-problems.js';
import { DEFAULTS, type SessionOptions } from './options.js';
import { resolveParameters } from './parameters.js';
import { findControls, type ChosenControl } from './plan-controls.js';
import { pointProblems } from './points.js';
import { processProblems } from './processes.js';
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

function storesUsed(named: readonly ChosenTarget[]): readonly string[] {
  return named.flatMap(({ target }) => storesOf(target));
}

function addTo(problems: string[], error: unknown): undefined {
  if (error instanceof Error && 'problems' in error) {
    problems.push(...(error.problems as readonly string[]));
    return undefined;
  }
  throw error;
}
