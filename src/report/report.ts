import { z } from 'zod';
import { START_KINDS } from '../core/verdict.js';

/** The version of the report's format: fields may be added within it, none is taken away or changes its meaning. */
export const REPORT_SCHEMA_VERSION = 1;

const count = z.number().int().nonnegative();
const fraction = z.number().min(0).max(1);
const milliseconds = z.number().nonnegative();
const numbers = z.record(z.string(), z.number());
const counts = z.record(z.string(), count);
const text = z.string();
const texts = z.array(text).readonly();
const startKind = z.enum(START_KINDS).describe('how the clients of a trial started');
const sweptOffset = z
  .object({
    later: text.describe('the kind of attempts that began later, or which clients'),
    ms: milliseconds,
  })
  .describe('of a trial of a sweep: who began later, and by how much');
const verdictKind = z.enum(['holds', 'violated', 'inconclusive']);
const role = z
  .enum(['named', 'control'])
  .describe(
    'control: run only to show that these conditions catch what is unsafe; it never sets the exit code',
  );

const witnessEvent = z
  .object({
    index: count.describe('place in the history, from 0'),
    timeMs: z.number().describe('since the barrier opened'),
    client: count,
    text: text.describe('the event in words'),
  })
  .describe('one event of the history that proves a finding');

const finding = z
  .object({
    anomaly: text.describe('id of the anomaly, e.g. oversold'),
    grade: z
      .enum(['violation', 'interesting'])
      .describe('violation breaks safety and decides the verdict; interesting is allowed but surprising'),
    message: text,
    expected: text,
    observed: text,
    witness: z.array(count).readonly().describe('indices of history events that prove it'),
    discrepancy: z
      .number()
      .positive()
      .optional()
      .describe('by how much numbers that must add up do not, in this first finding'),
    trial: count.describe('the first trial that showed it, from 1'),
    start: startKind,
    offset: sweptOffset.optional(),
    trials: count.describe('in how many trials it was found'),
    witnessEvents: z.array(witnessEvent).readonly().optional(),
  })
  .describe('the first finding of one anomaly');

const monitoring = z
  .object({
    attempts: count.describe('operations, each with all of its retries'),
    successes: count.describe(
      'attempts that were answered, refusals among them; the tally tells those apart',
    ),
    rollbacksPerAttempt: z
      .number()
      .nonnegative()
      .describe('the rollback rate; above 1 where attempts were retried'),
    retries: count,
    conflicts: count.describe('write conflicts and serialization failures'),
    deadlocks: count,
    lockTimeouts: count,
    idleInTransaction: count.describe(
      'sessions that held a transaction when every operation of their trial had ended',
    ),
    lockWaits: z
      .object({ count, meanMs: milliseconds, longestMs: milliseconds })
      .optional()
      .describe(
        'of locks that targets tell of in notes, each one asked for, also those granted at once: requested to acquired, or to the end of who gave up',
      ),
    serverLockWaits: z
      .object({
        trials: count.describe('in which the server was asked again and again'),
        count,
        meanMs: milliseconds,
        longestMs: milliseconds,
      })
      .optional()
      .describe(
        'statements that the server was seen to let wait for a lock, whether or not the target tells notes: at least so many, each for at least so long; absent where no server was asked (a gate), or none can tell',
      ),
    discrepancy: z
      .object({ trials: count, largest: z.number() })
      .optional()
      .describe('by how much numbers that must add up (stock left and sold) did not, where they did not'),
    waitedFor: z
      .array(
        z.object({
          waiter: count,
          holder: count,
          samples: count,
          seenBy: z
            .enum(['server', 'notes'])
            .describe(
              'server: sampled during the bursts of a comparison; notes: of the targets about their locks',
            ),
        }),
      )
      .readonly()
      .describe(
        'which client waited for which: what servers saw, then what notes tell; of each the most frequent first, at most 20',
      ),
  })
  .describe('what an operator would watch, over all trials');

/** The counterpart of `Judgement` in src/core/verdict.ts; a type-level test holds the two together. */
const judgement = z.object({
  verdict: verdictKind.describe('after the control has been asked'),
  reasons: texts,
  trials: z.object({
    planned: count,
    run: count,
    counted: count.describe('with at least one interleaved pair and nothing undecided: the evidence'),
    violated: count,
    undecided: count,
    firstViolated: count.optional().describe('from 1'),
  }),
  rate: z
    .object({ lower: fraction, upper: fraction })
    .optional()
    .describe(
      'of violated among counted trials; one-sided where none was violated; absent after an early stop',
    ),
  strata: z
    .array(
      z.object({
        start: startKind,
        offset: sweptOffset.optional(),
        counted: count,
        violated: count,
        upper: fraction,
      }),
    )
    .readonly(),
  gaveUp: z
    .object({ failed: count, refused: count, operations: count })
    .optional()
    .describe('safe but not alive: failed for certain, or refused although possible'),
  tally: z.record(z.string(), z.object({ min: z.number(), median: z.number(), max: z.number() })),
  operations: z.object({ ok: count, fail: count, info: count }),
  counts: counts.describe('retries, deadlocks, and what else the target counted'),
  errors: counts.describe('codes of fail and info, with how often'),
  errorMessages: z
    .record(z.string(), z.string())
    .optional()
    .describe('what the first error of each code said, shortened and without secrets'),
  latencyMs: z
    .object({
      min: milliseconds.optional(),
      p50: milliseconds,
      p95: milliseconds,
      p99: milliseconds,
      max: milliseconds,
      ofTrials: z
        .object({ lower: milliseconds, median: milliseconds, upper: milliseconds })
        .optional()
        .describe(
          "of the trials' medians, with the interval that holds the true one; absent below six trials",
        ),
    })
    .optional(),
  opsPerSecond: z.number().nonnegative().optional(),
  firstRequestSpreadMs: z
    .object({ median: milliseconds, max: milliseconds })
    .optional()
    .describe(
      'how far apart the first requests of the clients were in trials with a simultaneous start, over those trials',
    ),
  arrivalSpreadMs: z
    .object({ median: milliseconds, max: milliseconds })
    .optional()
    .describe("how far apart the requests of a simultaneous start arrived, by the server's own word"),
  answersApartMs: z
    .object({ median: milliseconds, max: milliseconds })
    .optional()
    .describe(
      'from one answer to the next, on average over a trial with a simultaneous start in which each client made one attempt',
    ),
  sweep: z
    .object({ planned: count, tried: count })
    .optional()
    .describe('how many offsets the sweep has, and how many of them were tried in a trial that counts'),
  overlap: z.object({ interleavedPairs: count, possiblePairs: count }),
  monitoring,
  answers: z
    .array(
      z.object({
        label: text.describe('a status, or why there was no answer'),
        text: text.describe('the body, with # for numbers and ids that differ from one to the next'),
        count,
        trials: count.describe('in how many trials it was given'),
        inFirstViolated: count.optional().describe('how often in the first violated trial'),
      }),
    )
    .readonly()
    .optional()
    .describe('equal answers of a burst, grouped'),
  findings: z.array(finding).readonly(),
});

const file = text.optional().describe('the file of a target of the user, as it was named');
const exec = text.optional().describe('the command of a program of the user, as it was named');

export const judged = judgement
  .extend({
    outcome: z.literal('judged'),
    id: text,
    role,
    summary: text,
    file,
    exec,
    expectation: z.enum(['holds', 'violated', 'gives-up']).optional().describe('what the target claims here'),
    met: z.boolean().optional().describe('absent where the target claims nothing'),
    unseen: z
      .object({
        trials: count,
        needed: count.describe('so many without it would contradict the claim'),
      })
      .optional()
      .describe(
        'what the target claims to happen did not in these trials, which are too few to contradict it: it is not met, and open',
      ),
    control: z
      .object({
        target: text,
        caught: z.boolean(),
        shows: texts.describe('anomalies or events, one of which it must show'),
        reason: text,
        description: text.optional().describe('what it is, where it is none of the targets'),
      })
      .optional(),
    load: z
      .array(
        z.object({
          trial: count.describe('from 1'),
          requests: count.describe('as counted on their way'),
          seconds: z.number().nonnegative(),
          latencyMs: z.object({ p50: milliseconds, p97_5: milliseconds, p99: milliseconds }),
          requestsPerSecond: z.number().nonnegative(),
        }),
      )
      .readonly()
      .optional()
      .describe('the figures of the load engine, in its own words; absent where none has any'),
    history: text.optional().describe('file beside this report with the first violated trial'),
  })
  .describe('a target that ran');

export const skipped = z
  .object({
    outcome: z.literal('skipped'),
    id: text,
    role,
    summary: text,
    file,
    exec,
    store: text,
    reason: text,
    remedy: text.describe('the one thing to do about it'),
  })
  .describe('a target whose store cannot be had');

export const failed = z
  .object({ outcome: z.literal('error'), id: text, role, summary: text, file, exec, message: text })
  .describe('a target that could not run');

const target = z.discriminatedUnion('outcome', [judged, skipped, failed]);

const gate = z
  .object({
    kind: z
      .enum(['max-p50', 'max-p95', 'max-p99', 'max-slowdown', 'new-violation', 'lost-target', 'k6-threshold'])
      .describe(
        'the limit that was asked for, what the baseline is looked at for, or the thresholds of a k6 script',
      ),
    target: text,
    outcome: z
      .enum(['passed', 'failed', 'no-evidence'])
      .describe('no-evidence: too few samples to tell; it is not passed'),
    message: text,
  })
  .describe('one limit or comparison that was asked for on top of the verdict');

/** The wall time of everything together. */
export const budget = z.object({
  totalMs: z.number().positive().describe('divided over the targets; what one does not use is for the rest'),
  usedMs: z.number().nonnegative(),
});

/** Everything that one invocation found out. Loading this module loads zod: elsewhere take the types alone. */
export const reportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA_VERSION).describe('version of this format'),
  version: text.describe('version of race-check'),
  runId: text,
  command: z
    .enum(['gate', 'compare'])
    .describe('a gate stops a target at its first violation; a comparison runs every planned trial'),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  interrupted: z.boolean().describe('stopped from outside: the results are partial'),
  seed: text,
  scenario: z.object({
    name: text,
    contract: text,
    description: text,
    parameters: numbers,
    expected: numbers.describe('what the tally is where everything goes right'),
    unjudged: text.optional().describe('why no run of it can hold, e.g. because nothing says what is right'),
  }),
  plan: z.object({
    trials: count,
    confidence: fraction,
    maxRate: fraction
      .optional()
      .describe('the rate of violated trials that the number of trials was planned for'),
    start: z.enum(['mixed', ...START_KINDS]),
    processes: count.describe('over how many processes the clients were spread'),
    engine: z
      .enum(['k6', 'autocannon'])
      .optional()
      .describe('what sent the requests of HTTP targets; absent where race-check did'),
    load: z
      .object({
        connections: count,
        amount: count.optional(),
        durationMs: milliseconds.optional(),
        rate: z.number().positive().optional().describe('requests a second at most'),
      })
      .optional()
      .describe('what the load engine was to send in each trial'),
    strict: z.boolean().optional().describe('what is safe but gives up, or is interesting, failed'),
    required: texts.optional().describe('stores whose absence was an error'),
  }),
  timeoutMs: milliseconds.describe('of one operation'),
  budget: budget
    .optional()
    .describe('of a comparison whose time was bounded: targets may have had fewer trials than planned'),
  environment: z.object({
    node: text,
    platform: text,
    cpu: text,
    cores: count,
    stores: z.record(
      z.string(),
      z.object({ description: text }).catchall(text).describe('what could change a result'),
    ),
  }),
  targets: z.array(target).readonly(),
  gates: z
    .array(gate)
    .readonly()
    .optional()
    .describe('limits and the comparison with a baseline; absent where none was asked for'),
  verdict: verdictKind.nullable().describe('worst of the named targets; null where none was judged'),
  exitCode: count,
});

export type Report = z.infer<typeof reportSchema>;
export type ReportTarget = Report['targets'][number];
export type JudgedTarget = Extract<ReportTarget, { outcome: 'judged' }>;
export type SkippedTarget = Extract<ReportTarget, { outcome: 'skipped' }>;
export type FailedTarget = Extract<ReportTarget, { outcome: 'error' }>;
export type Gate = z.infer<typeof gate>;
export type ReportFinding = JudgedTarget['findings'][number];
export type WitnessEvent = z.infer<typeof witnessEvent>;
