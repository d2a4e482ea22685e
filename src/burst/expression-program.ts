import type workerThreads from 'node:worker_threads';
import type jsonata from 'jsonata';
import type { Json } from '../core/json.js';

export interface ExpressionRequest {
  readonly text: string;
  readonly document: Json;
}

export type ExpressionReply =
  | {
      readonly kind: 'value';
      readonly value: boolean | undefined;
      /** What it was, for people: where it is no boolean. */
      readonly words: string;
      /** Whether the answers were looked at, on the way to this value. */
      readonly readAnswers: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly position?: number;
      readonly token?: string;
    };

/**
 * What the thread runs, handed to it as text: it may use nothing of this module. The answers are behind a getter, so that an
 * expression that never looked at them is known to speak of the state alone.
 */
export function expressionProgram(load: NodeJS.Require): void {
  const threads = load('node:worker_threads') as typeof workerThreads;
  const { jsonata: file } = threads.workerData as { readonly jsonata: string };
  const read = load(file) as typeof jsonata;

  const wordsFor = (value: unknown): string => {
    if (value === undefined) return 'nothing';
    const isOurs = typeof value === 'object' && value !== null && '_jsonata_function' in value;
    if (typeof value === 'function' || isOurs) return 'a function';
    const text = JSON.stringify(value);
    return text.length > 100 ? `${text.slice(0, 97)}...` : text;
  };

  const evaluate = async ({ text, document }: ExpressionRequest): Promise<ExpressionReply> => {
    const { answers, ...rest } = document as { readonly answers: Json };
    let readAnswers = false;
    const input = Object.defineProperty({ ...rest }, 'answers', {
      enumerable: true,
      get: () => {
        readAnswers = true;
        return answers;
      },
    });
    try {
      const value: unknown = await read(text).evaluate(input);
      return {
        kind: 'value',
        value: typeof value === 'boolean' ? value : undefined,
        words: wordsFor(value),
        readAnswers,
      };
    } catch (error) {
      const { message, position, token } = error as jsonata.JsonataError;
      return { kind: 'failed', message, position, token };
    }
  };

  threads.parentPort?.on('message', (request: ExpressionRequest) => {
    void evaluate(request).then((reply) => threads.parentPort?.postMessage(reply));
  });
  threads.parentPort?.postMessage('ready');
}
