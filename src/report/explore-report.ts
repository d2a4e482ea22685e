import { z } from 'zod';
import { failed, reportSchema, skipped } from './report.js';

/** The version of the format of explore's report: fields may be added within it, none is taken away or changes its meaning. */
export const EXPLORE_SCHEMA_VERSION = 1;

const count = z.number().int().nonnegative();
const text = z.string();
const texts = z.array(text).readonly();
const decimal = z.string().regex(/^\d+$/);
const verdict = z.enum(['holds', 'violated', 'inconclusive']);

const search = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('exhaustive'),
      reduce: z.boolean().describe('schedules that differ in the order of independent steps are run once'),
      preemptions: count.optional().describe('at most so often is a client interrupted that could go on'),
    }),
    z.object({
      kind: z.literal('pct'),
      depth: count.describe('of the bugs for which the chance is given'),
    }),
    z.object({ kind: z.literal('random') }),
  ])
  .describe('how schedules are chosen');

const finding = z.object({
  anomaly: text,
  grade: z.enum(['violation', 'interesting']),
  message: text,
  expected: text,
  observed: text,
  discrepancy: z.number().positive().optional(),
});

const row = z.object({
  client: count,
  request: text,
  answer: text.optional().describe('absent where the step had to wait: it stands in the row that brought it'),
  also: z
    .array(z.object({ client: count, answer: text }))
    .readonly()
    .describe('answers of steps of other clients that had waited until then'),
});

const replayed = z.object({
  times: count,
  reproduced: count.describe('it went the same way and showed a violation'),
  divergence: z
    .object({ step: count.describe('from 1'), expected: text, came: text })
    .optional()
    .describe('where it went another way for the first time'),
});

const schedule = z.object({
  clients: z.array(count).readonly().describe('who goes, step by step'),
  victims: z
    .array(count.nullable())
    .readonly()
    .optional()
    .describe(
      'who fails in the first circle of clients that wait for each other, in the second, ...; null or absent: whoever closes it',
    ),
  absent: z.array(count).readonly().describe('clients that take no part'),
  trace: texts.describe('what came of each step, ids replaced by the order in which they appear'),
});

const counterexample = z
  .object({
    schedule,
    rows: z.array(row).readonly(),
    finding: finding.extend({
      witness: z.array(count).readonly(),
      needlessRefusals: count.optional(),
    }),
    provedAt: count.describe('place in rows of the last step on which the finding rests'),
    doomedAt: count
      .optional()
      .describe(
        'place in rows after which every order in which the clients go on one after the other is violated too',
      ),
    switches: count.describe('how often clients take turns'),
    replayed,
  })
  .describe('the smallest schedule that was found, and that replays');

const explored = z
  .object({
    outcome: z.literal('explored'),
    id: text,
    role: z.literal('named'),
    summary: text,
    file: text.optional(),
    exec: text.optional().describe('the command of a program of the user, as it was named'),
    expectation: z.enum(['holds', 'violated', 'gives-up']).optional(),
    met: z.boolean().optional().describe('absent where the target claims nothing'),
    verdict,
    reasons: texts,
    search,
    clients: count,
    workers: count,
    each: z
      .enum(['instance', 'program'])
      .optional()
      .describe(
        'each client had an instance of the API, or a process of the program, of its own: what those share only in their memory, such as a mutex or a cache, did not exist between them, and was not explored; absent: all clients were in one process',
      ),
    schedules: z.object({
      run: count.describe('followed to their end, and judged'),
      redundant: count.describe('begun, and seen to be like one that had been run'),
      repeated: count
        .optional()
        .describe('carried out again, since the store had let clients that waited go on in another order'),
      violated: count,
      gaveUp: count.describe('with an operation that failed for certain, or was refused although possible'),
      standFor: z
        .object({ all: decimal, violated: decimal })
        .optional()
        .describe('how many interleavings they stand for; absent where the search was cut'),
    }),
    isExhaustive: z.boolean().describe('every interleaving was run, or stands behind one that was'),
    isFair: z
      .boolean()
      .describe('only among schedules in which nobody repeats himself while nothing changes'),
    cut: texts.describe('what was left out, and why'),
    chance: z
      .object({ each: z.number(), all: z.number(), steps: count })
      .optional()
      .describe('least chance of one schedule, and of all, to show a bug of that depth'),
    ends: count.describe('different ends: what clients were told, and the numbers of the scenario'),
    steps: z.object({ fewest: count, most: count }),
    victimChosenBy: z
      .enum(['scheduler', 'server'])
      .optional()
      .describe('who decides which client of a circle fails; absent where there was no circle'),
    findings: z.array(finding.extend({ schedules: count.describe('in how many it was found') })).readonly(),
    counterexample: counterexample.optional(),
    searchMs: z.number().nonnegative(),
    elapsedMs: z
      .number()
      .nonnegative()
      .describe('with what it took to make a counterexample small, and to carry it out again'),
    firstViolationMs: z.number().nonnegative().optional(),
  })
  .describe('a target of which schedules were run');

/** Everything that exploring found out. Loading this module loads zod: elsewhere take the types alone. */
export const exploreReportSchema = z.object({
  schema: z.literal(EXPLORE_SCHEMA_VERSION).describe('version of this format'),
  kind: z.literal('explore'),
  version: text.describe('version of race-check'),
  runId: text,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  interrupted: z.boolean().describe('stopped from outside: the results are partial'),
  seed: text,
  scenario: reportSchema.shape.scenario.extend({
    file: text.optional(),
    clientsAre: text.describe('what its clients are called, e.g. buyers'),
  }),
  plan: z.object({
    search,
    maxSchedules: count.optional(),
    budgetMs: z.number().positive().describe('of each target'),
    command: z.enum(['gate', 'compare']).describe('compare: every target of the contract'),
  }),
  timeoutMs: reportSchema.shape.timeoutMs,
  environment: reportSchema.shape.environment,
  targets: z.array(z.discriminatedUnion('outcome', [explored, skipped, failed])).readonly(),
  verdict: verdict.nullable(),
  exitCode: count,
});

export type ExploreReport = z.infer<typeof exploreReportSchema>;
export type ExploreTarget = ExploreReport['targets'][number];
export type ExploredTarget = Extract<ExploreTarget, { outcome: 'explored' }>;
