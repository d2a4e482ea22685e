import type { Report, ReportTarget } from './report.js';
import { isContradicted, shortfallWords } from './words.js';

/**
 * What a target comes to where there is only pass and fail: in the exit code, and in a test report. `inconclusive` and
 * `could-not-run` are no pass: a gate that let them through would pass on no evidence.
 */
export type TestOutcome = 'passed' | 'failed' | 'inconclusive' | 'could-not-run' | 'skipped';

/** What turns a result into a failure. */
export interface Strictness {
  /** A safe target that gave up or left something unclear, or of which something interesting was found, counts as violated. */
  readonly strict: boolean;
  /** Stores whose absence is an error. */
  readonly required: readonly string[];
}

/** What a report's own plan says about it. */
export function strictnessOf({ strict = false, required = [] }: Partial<Strictness>): Strictness {
  return { strict, required };
}

/** In a gate a violation fails; in a comparison, whatever contradicts what the target claims. */
export function testOutcome(
  target: ReportTarget,
  command: Report['command'],
  { strict, required }: Strictness,
): TestOutcome {
  switch (target.outcome) {
    case 'error':
      return 'could-not-run';
    case 'skipped':
      return required.includes(target.store) ? 'could-not-run' : 'skipped';
    case 'judged':
      return command === 'compare' ? compared(target) : gated(target, strict);
  }
}

type Judged = Extract<ReportTarget, { outcome: 'judged' }>;

const OUTCOME = { holds: 'passed', violated: 'failed', inconclusive: 'inconclusive' } as const;

function gated(target: Judged, strict: boolean): TestOutcome {
  const { verdict, findings } = target;
  const isInteresting =
    shortfallWords(target) !== undefined || findings.some(({ grade }) => grade === 'interesting');
  if (verdict === 'holds' && strict && isInteresting) return 'failed';
  return OUTCOME[verdict];
}

/** A target that claims nothing is judged as in a gate. */
function compared(target: Judged): TestOutcome {
  if (target.met === undefined) return gated(target, false);
  if (target.met) return 'passed';
  return isContradicted(target) ? 'failed' : 'inconclusive';
}
