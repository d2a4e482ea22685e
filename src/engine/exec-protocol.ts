import { z } from 'zod';
import type { Json } from '../core/json.js';

/** The version that `hello` names: fields may be added within it. */
export const EXEC_PROTOCOL = 1;

const count = z.number().int().nonnegative();
const json = z.custom<Json>((value) => value !== undefined, 'expected a JSON value');
const decimal = z.string().regex(/^\d+$/, 'expected nanoseconds as a decimal string');
const timeNs = z
  .number()
  .describe('nanoseconds of the monotonic clock of the machine, counted from startAtNs of "go"');

const address = z
  .object({
    host: z.string().describe('empty where there is no server (memory, file)'),
    port: count,
    user: z.string().optional(),
    password: z.string().optional(),
    database: z.string().optional(),
    namespace: z
      .string()
      .describe("what is this run's own: a schema, a database, a key prefix; of the store file, a folder"),
    tls: z.enum(['off', 'verify', 'no-verify']).optional(),
  })
  .describe('how a store is reached; nothing outside its namespace may be touched');
const stores = z.record(z.string(), address);

const attempt = z.object({
  f: z.string().describe('the operation, as the contract names it'),
  input: json.describe('in the shape of the contract'),
  afterMs: z.number().nonnegative().optional().describe('the client waits this long before it'),
});

const armedClient = z.object({
  client: count,
  delayNs: z.number().nonnegative().describe('it begins so long after startAtNs, and never before'),
  attempts: z.array(attempt).readonly().describe('one after the other, each made exactly once'),
  fresh: z
    .boolean()
    .describe(
      'it opens new connections: its first trial, or the one after an info; else it keeps those it has',
    ),
  stores: stores.describe('its own addresses: what it sends there is counted as its'),
});

/** What race-check writes to the program's stdin. */
export const execRequest = z
  .discriminatedUnion('type', [
    z
      .object({ type: z.literal('hello'), protocol: z.literal(EXEC_PROTOCOL) })
      .describe(
        'answer: hello. It is asked once more than the run needs: a program is looked at before anything else is started',
      ),
    z
      .object({
        type: z.literal('load'),
        parameters: z.record(z.string(), z.number()).describe("the scenario's numbers"),
        seed: z.string(),
        timeoutMs: z.number().positive().describe('longest time for one operation'),
        clients: z.array(count).readonly().describe('those that this process runs'),
        totalClients: count,
        setup: z.boolean().describe('the namespace is new: make what is needed in it'),
        lead: z.boolean().describe('this process, of several, is asked to reset and read'),
        stores: stores.describe('for set-up, reset and reads; what is sent here is not counted'),
      })
      .describe('answer: ready'),
    z
      .object({ type: z.literal('reset'), initial: json })
      .describe("puts the contract's initial state there; answer: ready"),
    z
      .object({ type: z.literal('arm'), trial: count, clients: z.array(armedClient).readonly() })
      .describe('everybody gets ready to begin: connections open, threads waiting; answer: ready'),
    z
      .object({
        type: z.literal('go'),
        startAtNs: decimal.describe(
          'the monotonic clock at which the first may begin, some milliseconds ahead',
        ),
      })
      .describe('all attempts are made; answer: their events, then done'),
    z.object({ type: z.literal('read') }).describe("the contract's final state; answer: state"),
    z
      .object({ type: z.literal('stop') })
      .describe('answer: ready, then end; the end of stdin means the same'),
  ])
  .describe('one line on stdin; the next one comes after the answer');

const error = z.object({ code: z.string().describe('short, counted by'), message: z.string() });
const span = z
  .object({ firstRequestNs: timeNs, lastAnswerNs: timeNs, requests: count.optional() })
  .optional()
  .describe(
    'when it was at the store, where race-check cannot see that itself; default: all of it on memory and files',
  );

/** What happens in a burst; told while it happens, or all of it afterwards, of each client in order. */
export const execEvent = z
  .discriminatedUnion('type', [
    z
      .object({ type: z.literal('invoke'), client: count, timeNs })
      .describe("the client's next attempt begins"),
    z
      .object({ type: z.literal('ok'), client: count, timeNs, value: json, span })
      .describe('it happened; value: what was answered. A refusal ("no seat") is an answer too'),
    z
      .object({ type: z.literal('fail'), client: count, timeNs, error, span })
      .describe('it certainly did not happen: rolled back, or never begun'),
    z
      .object({ type: z.literal('info'), client: count, timeNs, error, span })
      .describe('it may have happened, or may still: a time-out, a lost connection. The client begins anew'),
    z
      .object({
        type: z.literal('note'),
        client: count,
        timeNs,
        kind: z.enum(['read', 'write', 'lock-requested', 'lock-acquired', 'lock-released']),
        fields: z.record(z.string(), json),
      })
      .describe('something inside an attempt; explains a violation'),
  ])
  .describe('an event of a burst');

export const execReply = z
  .discriminatedUnion('type', [
    z
      .object({
        type: z.literal('hello'),
        protocol: z.literal(EXEC_PROTOCOL),
        contract: z.string().describe('what it implements, e.g. seats'),
        id: z
          .string()
          .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'expected an id such as "file/my-strategy"')
          .describe('store/strategy'),
        monotonicNs: decimal.describe('the monotonic clock of the machine, now'),
        stores: z
          .array(z.string())
          .min(1)
          .readonly()
          .optional()
          .describe('default: what stands before the slash of its id'),
        summary: z.string().optional().describe('what it does, in one sentence'),
        expectations: z
          .record(z.string(), z.enum(['holds', 'violated', 'gives-up']))
          .optional()
          .describe('what it claims, by scenario'),
      })
      .describe('answer to hello'),
    z.object({ type: z.literal('ready') }).describe('it is done'),
    z
      .object({ type: z.literal('done'), counts: z.record(z.string(), count).optional() })
      .describe('every attempt has ended; counts: retries, deadlocks, and the like'),
    z.object({ type: z.literal('state'), value: json }).describe('answer to read'),
    z
      .object({ type: z.literal('error'), message: z.string(), code: z.string().optional() })
      .describe(
        'answer to anything that it cannot do, such as an operation that it does not know: the run ends',
      ),
  ])
  .describe('an answer');

/** Any line, of either side: what the published JSON Schema describes. */
export const execLine = z.union([execRequest, execEvent, execReply]);

export type ExecRequest = z.infer<typeof execRequest>;
export type ExecEvent = z.infer<typeof execEvent>;
export type ExecReply = z.infer<typeof execReply>;
export type ExecHello = Extract<ExecReply, { type: 'hello' }>;
export type ExecClient = z.infer<typeof armedClient>;
