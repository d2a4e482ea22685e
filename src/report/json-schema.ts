import { z } from 'zod';
import { exploreReportSchema } from './explore-report.js';
import { historyLine } from './history-lines.js';
import { matrixSchema } from './matrix-report.js';
import { reportSchema } from './report.js';

/** The published JSON Schemas by file name: generated from the definitions that type and check the same data. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'report.schema.json': schemaText(reportSchema, {
      title: 'race-check report',
      description: 'One run of race-check: its conditions, and for each target a verdict with its evidence.',
    }),
    'matrix.schema.json': schemaText(matrixSchema, {
      title: 'race-check matrix',
      description:
        'Every strategy in every scenario: for each contract its scenarios, for each of them a cell a target.',
    }),
    'explore.schema.json': schemaText(exploreReportSchema, {
      title: 'race-check explore report',
      description:
        'What exploring found out: for each target how many schedules, a verdict, and the smallest counterexample.',
    }),
    'history.schema.json': schemaText(historyLine, {
      title: 'race-check history, one line',
      description: 'Each line of a history.jsonl: first a header, then events, last the final state.',
    }),
  };
}

export function schemaText(schema: z.ZodType, head: { title: string; description: string }): string {
  // The side of the reader: a field with a default may be left out, an unknown field is let through.
  const { $schema, ...body } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return `${JSON.stringify({ $schema, ...head, ...body }, undefined, 2)}\n`;
}
