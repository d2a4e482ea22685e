import type { Gate, JudgedTarget, Report, ReportTarget } from './report.js';
import { TIGHT_SPACE, rough, whole } from './numbers.js';
import { isJudged, plural } from './words.js';

/** What a run is held against on top of its verdict. */
export interface Limits {
  /** An earlier report of the same scenario with the same numbers. */
  readonly baseline?: Report | undefined;
  /** How many times as long as in the baseline the median of an operation may take, from 1. Needs a baseline. */
  readonly maxSlowdown?: number | undefined;
  /** The longest that so many percent of the answered operations may take, in milliseconds. */
  readonly maxMs?: Readonly<Partial<Record<Percentile, number | undefined>>> | undefined;
}

export type Percentile = 'p50' | 'p95' | 'p99';

/** Fewer operations than that have no such percentile: of 99, the 99th percentile would be the slowest one. */
const FEWEST_SAMPLES: Readonly<Record<Percentile, number>> = { p50: 2, p95: 20, p99: 100 };

/** Every limit against every named target. Nothing is passed without samples. Pure. */
export function gatesOf(
  { targets, environment }: Pick<Report, 'targets' | 'environment'>,
  { baseline, maxSlowdown, maxMs = {} }: Limits,
): readonly Gate[] {
  const named = targets.filter(({ role }) => role === 'named');
  const judged = named.filter(isJudged);
  const percentiles = (['p50', 'p95', 'p99'] as const).flatMap((percentile) => {
    const limitMs = maxMs[percentile];
    return limitMs === undefined ? [] : judged.map((target) => percentileGate(target, percentile, limitMs));
  });
  if (baseline === undefined) return percentiles;
  const before = baseline.targets.filter(isJudged).filter(({ role }) => role === 'named');
  const elsewhere = otherMachine(environment, baseline.environment);
  return [
    ...percentiles,
    ...before.flatMap((then) => {
      const now = named.find(({ id }) => id === then.id);
      if (now === undefined || !isJudged(now)) return [lost(then, now)];
      const slowdown = maxSlowdown === undefined ? [] : [slowdownGate(then, now, maxSlowdown, elsewhere)];
      return [found(then), violationGate(then, now), ...slowdown];
    }),
  ];
}

/** Whether limits were asked for at all. */
export function hasLimits({ baseline, maxMs = {} }: Limits): boolean {
  return baseline !== undefined || Object.values(maxMs).some((limit) => limit !== undefined);
}

function percentileGate(target: JudgedTarget, percentile: Percentile, limitMs: number): Gate {
  const head = { kind: `max-${percentile}` as const, target: target.id };
  const { latencyMs, operations } = target;
  const samples = operations.ok;
  if (latencyMs === undefined || samples < FEWEST_SAMPLES[percentile]) {
    const why =
      latencyMs === undefined
        ? whyNoLatencies(target)
        : `${plural(samples, 'operation')} were too few for it (${FEWEST_SAMPLES[percentile]} are needed)`;
    return {
      ...head,
      outcome: 'no-evidence',
      message: `${target.id}: whether its ${percentile} is at most ${ms(limitMs)} is not known: ${why}.`,
    };
  }
  const seen = latencyMs[percentile];
  const words = `${target.id}: ${percentile} was ${ms(seen)}, of ${plural(samples, 'operation')}`;
  return seen > limitMs
    ? { ...head, outcome: 'failed', message: `${words}, and may be at most ${ms(limitMs)}.` }
    : { ...head, outcome: 'passed', message: `${words}, at most ${ms(limitMs)}.` };
}

function whyNoLatencies({ operations, trials }: JudgedTarget): string {
  if (operations.ok === 0) return 'no operation was answered';
  return trials.violated > 0 ? 'it was stopped at its first violation' : 'no time was measured';
}

/** A claim that was changed along with the code hides no new violation. */
function violationGate(then: JudgedTarget, now: JudgedTarget): Gate {
  const head = { kind: 'new-violation' as const, target: now.id };
  if (now.verdict === 'inconclusive') {
    const message = `${now.id}: whether it is violated now, ${was(then)}, is not known: it is inconclusive.`;
    return { ...head, outcome: 'no-evidence', message };
  }
  if (now.verdict === 'holds') return { ...head, outcome: 'passed', message: `${now.id} is not violated.` };
  return then.verdict === 'violated'
    ? { ...head, outcome: 'passed', message: `${now.id} is violated, as it was in the baseline.` }
    : { ...head, outcome: 'failed', message: `${now.id} is violated now, ${was(then)}.` };
}

function was({ verdict }: JudgedTarget): string {
  const words = { holds: 'held', violated: 'was violated', inconclusive: 'was inconclusive' };
  return `and ${words[verdict]} in the baseline`;
}

function found({ id }: JudgedTarget): Gate {
  return {
    kind: 'lost-target',
    target: id,
    outcome: 'passed',
    message: `${id} was judged, as in the baseline.`,
  };
}

function lost({ id }: JudgedTarget, now: ReportTarget | undefined): Gate {
  const why =
    now === undefined ? 'it was not run' : now.outcome === 'skipped' ? 'it was skipped' : 'it could not run';
  return {
    kind: 'lost-target',
    target: id,
    outcome: 'failed',
    message: `${id} was judged in the baseline, and is not now: ${why}.`,
  };
}

/**
 * Compares the medians of the trials, since the operations of one trial wait for each other and are no samples of their own.
 * Of each run they come with the interval that holds the true median (`ofTrials`): slower is what is beyond the limit even
 * from the upper end of the baseline's to the lower end of this run's. What is beyond it only in the middle may be noise,
 * which is no evidence either way. What differs between two machines is in no interval: it is told.
 */
function slowdownGate(then: JudgedTarget, now: JudgedTarget, maxSlowdown: number, elsewhere: string): Gate {
  const head = { kind: 'max-slowdown' as const, target: now.id };
  const [before, after] = [then.latencyMs?.ofTrials, now.latencyMs?.ofTrials];
  if (before === undefined || after === undefined || before.lower <= 0) {
    const where = after === undefined ? 'this run' : 'the baseline';
    const message = `${now.id}: whether it became slower is not known: ${where} has no times of at least six trials.`;
    return { ...head, outcome: 'no-evidence', message };
  }
  const [least, ratio, most] = [
    after.lower / before.upper,
    after.median / before.median,
    after.upper / before.lower,
  ].map((one) => Number(one.toPrecision(3)));
  const words = `${now.id}: the median of an operation took ${ms(after.median)}, ${ratio}x the baseline's ${ms(before.median)} (between ${least}x and ${most}x; at most ${maxSlowdown}x is allowed)${elsewhere}`;
  if (least! > maxSlowdown) return { ...head, outcome: 'failed', message: `${words}.` };
  if (ratio! > maxSlowdown) {
    return { ...head, outcome: 'no-evidence', message: `${words}: it may be noise; more trials would tell.` };
  }
  return { ...head, outcome: 'passed', message: `${words}.` };
}

function otherMachine(now: Report['environment'], then: Report['environment']): string {
  const differing = (['cpu', 'cores', 'node', 'platform'] as const).filter((one) => now[one] !== then[one]);
  return differing.length === 0 ? '' : `, which was taken elsewhere: another ${differing.join(', ')}`;
}

function ms(value: number): string {
  const text = value >= 9.95 ? whole(value) : value >= 1 ? rough(value) : value.toPrecision(2);
  return `${text}${TIGHT_SPACE}ms`;
}
