import path from 'node:path';
import { grouped } from '../core/grouped.js';
import { clientsOf } from '../core/scenario.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import { OPERATION_FACTOR, type ExplorePlan } from '../explore/explored.js';
import { loadConfig } from './config.js';
import { EXPLORE_DEFAULTS, EXPLORE_LIMITS, type ExploreOptions } from './explore-options.js';
import { findScenario } from './find-scenario.js';
import { BUDGET_LIMITS } from './matrix-options.js';
import { planSession, type SessionPlan } from './plan-session.js';

/** Exploring with every question answered, before anything has been started. */
export interface PlannedExplore {
  readonly session: SessionPlan;
  readonly plan: ExplorePlan;
  /** A name, or the user's file. */
  readonly scenario: string | undefined;
}

/** Resolves names, files and numbers; the scenario's small version is the default. Throws one UsageError with everything wrong. */
export async function planExplore(options: ExploreOptions): Promise<PlannedExplore> {
  const { budgetMs = EXPLORE_DEFAULTS.budgetMs, search = EXPLORE_DEFAULTS.search, maxSchedules } = options;
  const problems = [...boundProblems(options)];
  const cwd = options.cwd ?? process.cwd();
  let session: SessionPlan | undefined;
  try {
    const scenario =
      typeof options.scenario === 'string'
        ? // What is wrong with its name is told below, with everything else.
          await scenarioOf(options.scenario, cwd, options.config).catch(() => undefined)
        : options.scenario;
    const given = Object.entries(options.parameters ?? {}).filter(([, value]) => value !== undefined);
    const timeoutMs = options.timeoutMs ?? EXPLORE_DEFAULTS.timeoutMs;
    session = await planSession({
      ...options,
      timeoutMs,
      // Between its steps it is held: the limit is one of steps.
      operationMs: OPERATION_FACTOR * timeoutMs,
      parameters: { ...scenario?.small, ...Object.fromEntries(given) },
      command: options.all ? 'compare' : 'gate',
      trials: 1,
      // It is the search's.
      budgetMs: undefined,
    });
    const clients = clientsOf(session.scenario, session.parameters);
    if (clients < 2) {
      problems.push(
        `expected 2 clients or more, since one alone has nobody to interleave with, got ${clients}`,
      );
    }
    if (clients > EXPLORE_LIMITS.clients) {
      problems.push(
        `expected at most ${EXPLORE_LIMITS.clients} clients, since the interleavings of more are beyond number, got ${clients}`,
      );
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(...error.problems);
  }
  demandNone(problems);
  if (session === undefined) throw new Error('unreachable: a plan that failed is a problem');
  return {
    session,
    plan: { search, maxSchedules: samplesOf(search.kind, maxSchedules), budgetMs, seed: session.seed },
    scenario: typeof options.scenario === 'string' ? options.scenario : undefined,
  };
}

async function scenarioOf(name: string, cwd: string, config: string | undefined) {
  return findScenario(
    name,
    cwd,
    config === undefined ? undefined : await loadConfig(path.resolve(cwd, config)),
  );
}

function samplesOf(
  kind: ExplorePlan['search']['kind'],
  maxSchedules: number | undefined,
): number | undefined {
  return maxSchedules ?? (kind === 'exhaustive' ? undefined : EXPLORE_DEFAULTS.samples);
}

function boundProblems({ search, maxSchedules, budgetMs }: ExploreOptions): readonly string[] {
  const problems: string[] = [];
  const whole = (name: string, value: number | undefined, min: number, max: number) => {
    if (value !== undefined && !(Number.isInteger(value) && value >= min && value <= max)) {
      problems.push(`expected a whole number from ${min} to ${grouped(max)} for ${name}, got ${value}`);
    }
  };
  whole('max-schedules', maxSchedules, 1, EXPLORE_LIMITS.schedules);
  if (search?.kind === 'pct') whole('depth', search.depth, 1, EXPLORE_LIMITS.depth);
  if (search?.kind === 'exhaustive') whole('preemptions', search.preemptions, 0, 1_000);
  const { minMs, maxMs } = BUDGET_LIMITS;
  if (budgetMs !== undefined && !(budgetMs >= minMs && budgetMs <= maxMs)) {
    problems.push(`expected a budget from 1 s to 24 h, got ${budgetMs / 1_000} s`);
  }
  return problems;
}
