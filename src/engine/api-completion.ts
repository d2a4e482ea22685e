import type { ApiAnswer, ApiExchange, SentRequest } from '../core/api.js';
import type { OperationError } from '../core/history.js';
import type { Json } from '../core/json.js';
import { classify, operationError } from './failures.js';

/** An attempt with the request that a target made of it. */
export interface SentAttempt {
  readonly f: string;
  readonly input: Json;
  readonly request: SentRequest;
}

export type ApiCompletion =
  | { readonly type: 'ok'; readonly value: Json }
  | { readonly type: 'fail' | 'info'; readonly error: OperationError };

/** How an attempt ended, by the answer to its request. Throws what is a mistake in the target. */
export function completionOf(
  exchange: ApiExchange,
  { f, input, request }: SentAttempt,
  answer: Pick<ApiAnswer, 'status' | 'headers' | 'body'>,
): ApiCompletion {
  try {
    return { type: 'ok', value: exchange.outcome(f, input, request, answer) };
  } catch (error) {
    const failure = classify(error, []);
    if (failure === 'mistake') throw error;
    return { type: failure === 'not-happened' ? 'fail' : 'info', error: operationError(error) };
  }
}
