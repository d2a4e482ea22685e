import type { HistoryEvent } from '../core/history.js';
import type { JudgedTarget, Report, ReportFinding, ReportTarget } from './report.js';
import { witnessEvents } from './witness-events.js';

const CONFIDENCE = 0.95;

/** Two buyers who read 17 and write 16: what a naive target looks like. */
export const lostUpdateEvents: readonly HistoryEvent[] = [
  invoke(4, 105_000),
  invoke(9, 112_500),
  note('read', 4, 611_000, 17),
  note('read', 9, 655_250, 17),
  note('write', 4, 1_204_000, 16),
  ok(4, 1_690_000),
  note('write', 9, 1_733_000, 16),
  ok(9, 2_101_000),
];

function invoke(client: number, timeNs: number): HistoryEvent {
  const value = { buyer: client, cart: [{ productId: 1, quantity: 1 }] };
  return { type: 'invoke', f: 'checkout', timeNs, client, process: client, value };
}
function ok(client: number, timeNs: number): HistoryEvent {
  return { type: 'ok', f: 'checkout', timeNs, client, process: client, value: { result: 'ordered' } };
}
function note(kind: 'read' | 'write', client: number, timeNs: number, stock: number): HistoryEvent {
  return { type: 'note', kind, timeNs, client, process: client, fields: { product: 1, stock } };
}

export function lostUpdate(trials: number): ReportFinding {
  const witness = lostUpdateEvents.map((_, index) => index);
  return {
    anomaly: 'lost-update',
    grade: 'violation',
    message: 'Buyers 4 and 9 both read stock = 17 and both wrote 16.',
    expected: 'left + ordered = 20',
    observed: '14 left + 33 ordered = 47',
    witness,
    trial: 1,
    start: 'simultaneous',
    trials,
    witnessEvents: witnessEvents(lostUpdateEvents, witness),
  };
}

export function oversold(trials: number): ReportFinding {
  return {
    anomaly: 'oversold',
    grade: 'violation',
    message: '33 orders for 20 units. Lost update: buyers 4 and 9 both read stock = 17 and both wrote 16.',
    expected: 'at most 20 units of Flash Sale Smartphone sold',
    observed: '33 units in 33 orders',
    witness: Array.from({ length: 42 }, (_, index) => index),
    trial: 1,
    start: 'simultaneous',
    trials,
    witnessEvents: witnessEvents(lostUpdateEvents, [0, 1, 5, 7]),
  };
}

/** The least that a violation rate can be bounded by when none of `trials` was violated. */
export function upperBound(trials: number): number {
  return 1 - (1 - CONFIDENCE) ** (1 / trials);
}

const counted = (trials: number) => ({ planned: trials, run: trials, counted: trials, undecided: 0 });
const spread = (min: number, max = min) => ({ min, median: (min + max) / 2, max });
const perTrial = (ordered: number, refused: number, left: number) => ({
  ordered: spread(ordered),
  refused: spread(refused),
  left: spread(left),
});

/** Attempts that were all answered, without a wait. */
export function monitoring(attempts: number): JudgedTarget['monitoring'] {
  return {
    attempts,
    successes: attempts,
    rollbacksPerAttempt: 0,
    retries: 0,
    conflicts: 0,
    deadlocks: 0,
    lockTimeouts: 0,
    idleInTransaction: 0,
    waitedFor: [],
  };
}

/** A target that held in every one of 59 trials, at a cost that `pace` scales. */
export function holding(id: string, pace = 1, more: Partial<JudgedTarget> = {}): JudgedTarget {
  return {
    outcome: 'judged',
    id,
    role: 'named',
    summary: 'Does it right.',
    verdict: 'holds',
    reasons: [],
    expectation: 'holds',
    met: true,
    trials: { ...counted(59), violated: 0 },
    rate: { lower: 0, upper: upperBound(59) },
    strata: [
      { start: 'simultaneous', counted: 20, violated: 0, upper: upperBound(20) },
      { start: 'staggered', counted: 20, violated: 0, upper: upperBound(20) },
      { start: 'shifted-pairs', counted: 19, violated: 0, upper: upperBound(19) },
    ],
    tally: perTrial(20, 13, 0),
    operations: { ok: 1_947, fail: 0, info: 0 },
    counts: {},
    errors: {},
    latencyMs: { p50: 18.2 * pace, p95: 36.4 * pace, p99: 41.3 * pace, max: 60.1 * pace },
    opsPerSecond: 1_320 / pace,
    overlap: { interleavedPairs: 14_352, possiblePairs: 31_152 },
    monitoring: monitoring(1_947),
    findings: [],
    ...more,
  };
}

/** A target that a gate stopped at its first trial. */
export function caught(id: string, more: Partial<JudgedTarget> = {}): JudgedTarget {
  return {
    outcome: 'judged',
    id,
    role: 'named',
    summary: 'Reads, then writes an absolute value.',
    verdict: 'violated',
    reasons: [],
    expectation: 'violated',
    met: true,
    trials: { planned: 59, run: 1, counted: 1, violated: 1, undecided: 0, firstViolated: 1 },
    strata: [],
    tally: perTrial(33, 0, 14),
    operations: { ok: 33, fail: 0, info: 0 },
    counts: {},
    errors: {},
    overlap: { interleavedPairs: 528, possiblePairs: 528 },
    monitoring: { ...monitoring(33), discrepancy: { trials: 1, largest: 27 } },
    findings: [oversold(1), lostUpdate(1)],
    ...more,
  };
}

/** The same target in a comparison: every planned trial was run. */
export function violatedThroughout(id: string, more: Partial<JudgedTarget> = {}): JudgedTarget {
  return {
    ...caught(id),
    trials: { ...counted(59), violated: 59, firstViolated: 1 },
    rate: { lower: 0.9394, upper: 1 },
    strata: [
      { start: 'simultaneous', counted: 20, violated: 20, upper: 1 },
      { start: 'staggered', counted: 20, violated: 20, upper: 1 },
      { start: 'shifted-pairs', counted: 19, violated: 19, upper: 1 },
    ],
    tally: { ordered: spread(31, 33), refused: spread(0, 2), left: spread(12, 19) },
    operations: { ok: 1_947, fail: 0, info: 0 },
    latencyMs: { p50: 6.4, p95: 11.9, p99: 14.8, max: 22.5 },
    opsPerSecond: 3_905,
    overlap: { interleavedPairs: 30_988, possiblePairs: 31_152 },
    findings: [oversold(59), lostUpdate(59)],
    ...more,
  };
}

function report(command: Report['command'], targets: readonly ReportTarget[]): Report {
  return {
    schema: 1,
    version: '0.1.0',
    runId: '7f3a91',
    command,
    startedAt: '2026-02-14T09:30:12.345Z',
    finishedAt: '2026-02-14T09:30:15.678Z',
    interrupted: false,
    seed: '7f3a91',
    scenario: {
      name: 'flash-sale',
      contract: 'checkout',
      description: '20 units, 33 buyers',
      parameters: { clients: 33, stock: 20, retries: 33 },
      expected: { ordered: 20, refused: 13, left: 0 },
    },
    plan: { trials: 59, confidence: CONFIDENCE, maxRate: 0.05, start: 'mixed', processes: 1 },
    timeoutMs: 30_000,
    environment: {
      node: '20.20.2',
      platform: 'linux x64',
      cpu: 'Example CPU @ 2.40GHz',
      cores: 2,
      stores: {
        postgres: {
          description: 'PostgreSQL 18.4, embedded',
          version: '18.4',
          defaultIsolation: 'read committed',
          deadlockTimeout: '20ms',
        },
      },
    },
    targets,
    verdict: 'holds',
    exitCode: 0,
  };
}

const control = {
  target: 'postgres/naive',
  caught: true,
  shows: ['oversold', 'lost-update'],
  reason: 'it showed oversold in trial 1',
};

/** `race-check flash-sale`: the default target and its control. */
export const gateHolds: Report = report('gate', [
  holding('postgres/for-update', 1, { control }),
  caught('postgres/naive', { role: 'control', history: 'history.jsonl' }),
]);

export const gateViolated: Report = {
  ...report('gate', [
    caught('postgres/naive', { expectation: 'holds', met: false, history: 'history.jsonl' }),
  ]),
  verdict: 'violated',
  exitCode: 1,
};

export const gateInconclusive: Report = {
  ...report('gate', [
    holding('postgres/for-update', 1, {
      verdict: 'inconclusive',
      reasons: ['the control postgres/naive was not caught in 59 trials, so these conditions show nothing'],
      met: false,
      control: { ...control, caught: false, reason: 'it held in 59 trials' },
    }),
    holding('postgres/naive', 1, { role: 'control', expectation: 'violated', met: false }),
  ]),
  verdict: 'inconclusive',
  exitCode: 2,
};

export const gateNotRun: Report = {
  ...report('gate', [
    {
      outcome: 'skipped',
      id: 'redis/lua',
      role: 'named',
      summary: 'Decrements in a script.',
      store: 'redis',
      reason: 'no redis-server on PATH, and no URL was given.',
      remedy: 'Install one, or pass --redis-url redis://user:hunter2@localhost:6379.',
    },
    {
      outcome: 'error',
      id: './my.target.ts',
      role: 'named',
      summary: 'A target of a user.',
      message: "TypeError: Cannot read properties of undefined (reading 'rows')\n    at checkout",
    },
  ]),
  verdict: null,
  exitCode: 3,
};

export const gateInterrupted: Report = {
  ...report('gate', [
    holding('postgres/for-update', 1, { verdict: 'inconclusive', reasons: ['interrupted'] }),
  ]),
  interrupted: true,
  exitCode: 130,
};

const deadlocking = { retry: 1_204, deadlock: 12 };

/** `race-check compare flash-sale`: every target, with the widest values that a real run shows. */
export const compareAll: Report = {
  ...report('compare', [
    holding('memory/mutex', 0.01, { strata: [] }),
    violatedThroughout('memory/naive', {
      latencyMs: { p50: 0.4, p95: 0.9, p99: 1.2, max: 2 },
      opsPerSecond: 81_233,
    }),
    holding('postgres/advisory-lock', 1.2),
    holding('postgres/atomic-update', 0.4),
    violatedThroughout('postgres/check-then-decrement', {
      tally: { ordered: spread(31, 33), refused: spread(0, 2), left: spread(-13, -11) },
      findings: [
        oversold(59),
        {
          ...lostUpdate(59),
          anomaly: 'negative-stock',
          message: 'The stock of Flash Sale Smartphone is -13 in the end.',
          witness: [],
          witnessEvents: [],
        },
      ],
    }),
    holding('postgres/check-constraint', 0.5),
    holding('postgres/for-update', 1),
    holding('postgres/for-update-ordered', 1.1),
    violatedThroughout('postgres/naive', { role: 'control' }),
    holding('postgres/optimistic', 3.4, { counts: { retry: 12_345 } }),
    holding('postgres/queue', 2.2),
    violatedThroughout('postgres/queue-many-workers', {
      trials: { ...counted(59), violated: 41, firstViolated: 2 },
      rate: { lower: 0.56, upper: 0.81 },
    }),
    violatedThroughout('postgres/read-committed'),
    holding('postgres/repeatable-read', 0.9, {
      expectation: 'gives-up',
      gaveUp: { failed: 1_876, refused: 0, operations: 1_947 },
      tally: { ordered: spread(1, 2), refused: spread(0), left: spread(18, 19) },
      operations: { ok: 71, fail: 1_876, info: 0 },
      errors: { '40001': 1_876 },
    }),
    holding('postgres/repeatable-read-retry', 6.2, { counts: deadlocking }),
    holding('postgres/serializable', 8.8, { counts: { retry: 14_111, deadlock: 3 }, met: true }),
  ]),
  verdict: 'violated',
  exitCode: 0,
};

export const fixtures: Readonly<Record<string, Report>> = {
  gateHolds,
  gateViolated,
  gateInconclusive,
  gateNotRun,
  gateInterrupted,
  compareAll,
};
