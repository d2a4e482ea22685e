import type { AnomalyId } from '../core/anomaly.js';
import type { Finding, Grade } from '../core/checker.js';
import type { TrialPlan, TrialResult } from '../core/verdict.js';

/** A plan for a gate that wants two trials, unless told otherwise. */
export function plan(other: Partial<TrialPlan> = {}): TrialPlan {
  return { trials: 2, confidence: 0.95, stopAtFirstViolation: false, ...other };
}

/** A trial that is good evidence, unless told otherwise. */
export function trial(other: Partial<TrialResult> = {}): TrialResult {
  return {
    trial: 0,
    start: 'simultaneous',
    findings: [],
    undecided: [],
    overlap: { interleavedPairs: 3, possiblePairs: 10 },
    operations: { ok: 4, fail: 0, info: 0 },
    tally: {},
    counts: {},
    errors: {},
    errorMessages: {},
    burstNs: 1e9,
    latenciesNs: [1e6, 2e6, 3e6, 4e6],
    idleInTransaction: 0,
    lockWaitsNs: [],
    waitedFor: [],
    ...other,
  };
}

/** So many trials, numbered, each made by `make`. */
export function trials(count: number, make: (index: number) => TrialResult = () => trial()): TrialResult[] {
  return Array.from({ length: count }, (_, index) => ({ ...make(index), trial: index }));
}

export function finding(
  anomaly: AnomalyId,
  grade: Grade = 'violation',
  other: Partial<Finding> = {},
): Finding {
  return { anomaly, grade, message: anomaly, expected: '', observed: '', witness: [], ...other };
}
