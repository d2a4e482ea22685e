import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Json } from '../core/json.js';
import { expressionProgram, type ExpressionReply, type ExpressionRequest } from './expression-program.js';

/** What became of one evaluation. */
export type Evaluated =
  | ExpressionReply
  /** It did not come to an end, in time or in memory. For people. */
  | { readonly kind: 'endless'; readonly reason: string };

/** Evaluates JSONata expressions in a thread of its own. */
export interface ExpressionThread {
  evaluate(text: string, document: Json): Promise<Evaluated>;
  close(): Promise<void>;
}

const LIMIT_MS = 5_000;
const MEMORY_MB = 512;

/**
 * A thread that starts with the first evaluation and never keeps the process alive.
 *
 * An endless expression runs in one go: JSONata's own promises leave no turn of the event loop to any timer, and a regular
 * expression that backtracks leaves none to JSONata. In this process either would hang the run for good; a thread can be
 * ended. An expression that was endless once is not tried again.
 */
export function openExpressionThread(limitMs = LIMIT_MS): ExpressionThread {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const endless = new Map<string, string>();

  const end = async () => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const evaluate = async (text: string, document: Json): Promise<Evaluated> => {
    const known = endless.get(text);
    if (known !== undefined) return { kind: 'endless', reason: known };
    worker ??= await startThread();
    const outcome = await ask(worker, { text, document }, limitMs);
    if (outcome.kind === 'endless') {
      endless.set(text, outcome.reason);
      await end();
    }
    return outcome;
  };

  return {
    evaluate(text, document) {
      const outcome = last.then(() => evaluate(text, document));
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close: end,
  };
}

/** Resolves when it can be asked: the limit is for an expression, and not for a busy machine that starts a thread. */
async function startThread(): Promise<Worker> {
  const worker = new Worker(`(${expressionProgram.toString()})(require);`, {
    eval: true,
    workerData: { jsonata: createRequire(import.meta.url).resolve('jsonata') },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  await once(worker, 'message');
  worker.unref();
  return worker;
}

function ask(worker: Worker, request: ExpressionRequest, limitMs: number): Promise<Evaluated> {
  return new Promise((resolve) => {
    const done = (outcome: Evaluated) => {
      clearTimeout(timer);
      worker.off('message', done);
      worker.off('error', failed);
      resolve(outcome);
    };
    const failed = ({ code, message }: NodeJS.ErrnoException) => {
      const reason =
        code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? `it needed more than ${MEMORY_MB} MiB`
          : `it crashed: ${message}`;
      done({ kind: 'endless', reason });
    };
    const timer = setTimeout(
      () => done({ kind: 'endless', reason: `it did not end within ${limitMs / 1_000} s` }),
      limitMs,
    );
    worker.on('message', done);
    worker.on('error', failed);
    worker.postMessage(request);
  });
}
