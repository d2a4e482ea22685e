import type { ApiAnswer, ApiRequest } from '../core/api.js';
import type { ContractTypes, InputOf, OperationName, OutputOf } from '../core/contract.js';
import type { Json } from '../core/json.js';

/** A request as a route's server sees it. */
export interface RouteRequest {
  /** What stands in the path for `:name`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** JSON, or null where there is no body. */
  readonly body: Json;
}

/** How one operation travels: what the client sends and makes of the answer, and the same from the server's end. */
export interface Route<Input, Output> {
  readonly method: string;
  /** Such as `/api/trips/:id/bookings`. */
  readonly path: string;
  request(input: Input): ApiRequest;
  /** Whatever it gives is checked against the contract. */
  input(request: RouteRequest): unknown;
  answer(outcome: Output): { readonly status: number; readonly body: Json };
  outcome(answer: ApiAnswer, input: Input): Output;
}

/** The routes of an API of ours, one an operation. No two share method and path. */
export type Routes<C extends ContractTypes> = {
  readonly [F in OperationName<C>]: Route<InputOf<C, F>, OutputOf<C, F>>;
};

/** Routes for tests alone, which a server has only where it is told to. */
export const TEST_ROUTES = { reset: '/test/reset', state: '/test/state' } as const;
/** Answers 2xx as soon as the server can do everything else. */
export const HEALTH = '/health';
/** Of an operation that surely did nothing: it may be tried again. */
export const NOT_HAPPENED_STATUS = 503;
