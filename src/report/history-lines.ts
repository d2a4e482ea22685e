import { z } from 'zod';
import type { Json } from '../core/json.js';
import { START_KINDS } from '../core/verdict.js';

export const HISTORY_FORMAT = 'race-check-history';
export const HISTORY_VERSION = 1;

const index = z.number().int().nonnegative();
/** A line is parsed JSON already: only that the field is there is left to check. Its shape is the contract's. */
const json = z.custom<Json>((value) => value !== undefined, 'expected a JSON value');

/** The first line. Extra fields are let through: a recorder may add its own. */
export const headerLine = z
  .object({
    format: z.literal(HISTORY_FORMAT),
    version: z.literal(HISTORY_VERSION),
    contract: z.string().describe('what the clients attempt, e.g. checkout'),
    scenario: z.string().describe('its checkers judge the history'),
    parameters: z
      .record(z.string(), z.number())
      .default({})
      .describe("the scenario's numbers; one that is left out has its default"),
    initial: json.describe('the state before the first operation, in the shape of the contract'),
    target: z.string().optional(),
    seed: z.string().optional(),
    trial: index.optional().describe('from 1'),
    start: z.enum(START_KINDS).optional(),
  })
  .describe('the first line: what was attempted, and on what');

const event = {
  timeNs: z
    .number()
    .describe('monotonic nanoseconds since the barrier opened; equal times count as concurrent'),
  process: index.describe('one logical process: one operation at a time, and none after an info'),
  client: index.describe('the user behind the process'),
};
const f = z.string().describe('the operation, e.g. checkout');
const span = z
  .object({ firstRequestNs: z.number(), lastAnswerNs: z.number(), requests: index })
  .optional()
  .describe('when the operation was at the store');
const error = z.object({ code: z.string(), message: z.string() });

export const eventLine = z
  .discriminatedUnion('type', [
    z
      .object({ type: z.literal('invoke'), ...event, f, value: json })
      .describe('an attempt begins; value: its input'),
    z
      .object({ type: z.literal('ok'), ...event, f, value: json, span })
      .describe('it happened; value: its outcome'),
    z.object({ type: z.literal('fail'), ...event, f, error, span }).describe('it certainly did not happen'),
    z
      .object({ type: z.literal('info'), ...event, f, error, span })
      .describe('it may have happened, or may still: a time-out, a lost connection'),
    z
      .object({
        type: z.literal('note'),
        ...event,
        kind: z.enum(['read', 'write', 'lock-requested', 'lock-acquired', 'lock-released']),
        fields: z.record(z.string(), json),
      })
      .describe('something inside an operation; explains, decides nothing but locks'),
  ])
  .describe('one event, in the order of time');

export const finalLine = z
  .object({
    type: z.literal('final'),
    value: json.describe('the state after the last operation, in the shape of the contract'),
    openTransactions: z
      .array(z.object({ client: index, process: index, state: z.string(), lastStatement: z.string() }))
      .default([])
      .describe('sessions that still held a transaction'),
  })
  .describe('the last line; without it the history is truncated');

/** Any line of the file: what the published JSON Schema describes. */
export const historyLine = z.union([headerLine, eventLine, finalLine]);

export type HistoryHeader = Readonly<z.infer<typeof headerLine>>;
