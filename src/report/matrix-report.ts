import { z } from 'zod';
import { budget, failed, judged, reportSchema, skipped } from './report.js';

/** The version of the matrix's format: fields may be added within it, none is taken away or changes its meaning. */
export const MATRIX_SCHEMA_VERSION = 1;

const { scenario, environment, timeoutMs } = reportSchema.shape;

const time = z
  .object({
    shareMs: z.number().nonnegative().describe('its part of the budget'),
    usedMs: z.number().nonnegative(),
  })
  .describe('on the wall, with set-up and cleaning up');

const cell = z.discriminatedUnion('outcome', [
  judged.extend({
    time: time.optional(),
    budgetExhausted: z
      .boolean()
      .describe('fewer than plan.fewest trials ran before its time was up: it is not judged'),
    cost: z
      .number()
      .min(1)
      .optional()
      .describe(
        'time for an answered operation, over that of the fastest safe target of the scenario; absent where it is not safe',
      ),
  }),
  skipped,
  failed,
]);

const column = scenario.extend({
  fastestSafe: z.string().optional().describe('the target that costs are measured by'),
  targets: z.array(cell).readonly().describe('in the order of the rows'),
});

/** Every strategy in every scenario. Loading this module loads zod: elsewhere take the types alone. */
export const matrixSchema = z.object({
  schema: z.literal(MATRIX_SCHEMA_VERSION).describe('version of this format'),
  version: z.string().describe('version of race-check'),
  runId: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  interrupted: z.boolean().describe('stopped from outside: the results are partial'),
  seed: z.string(),
  budget,
  plan: z.object({
    ...reportSchema.shape.plan.shape,
    fewest: z.number().int().positive().describe('no cell is judged on fewer trials'),
  }),
  timeoutMs,
  environment,
  contracts: z
    .array(
      z.object({
        name: z.string(),
        targets: z.array(z.string()).readonly().describe('the rows'),
        scenarios: z.array(column).readonly(),
      }),
    )
    .readonly(),
  exitCode: z.number().int().nonnegative(),
});

export type Matrix = z.infer<typeof matrixSchema>;
export type MatrixContract = Matrix['contracts'][number];
export type MatrixScenario = MatrixContract['scenarios'][number];
export type MatrixCell = MatrixScenario['targets'][number];
export type JudgedCell = Extract<MatrixCell, { outcome: 'judged' }>;
