import type { Json } from '../core/json.js';
import type { Sync } from '../http/http-transport.js';

/** The name of the contract and of its one scenario. */
export const BURST = 'burst';
export const DEFAULT_CLIENTS = 33;
/** More sockets than a process is usually allowed to hold. */
export const MOST_CLIENTS = 10_000;

/** One request as the user wrote it: method, path, headers and body may hold `{{places}}`. */
export type RequestTemplate = {
  readonly method: string;
  /** With its query; begins with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** One row of the data: a value for each column. */
export type Row = Readonly<Record<string, string>>;

/** A burst as plain data: all that a process needs in order to send it. */
export type BurstDefinition = {
  /** Scheme, host and port of the server that every request goes to. */
  readonly baseUrl: string;
  readonly insecure: boolean;
  /** Of what is asked for between bursts, in milliseconds. */
  readonly timeoutMs: number;
  /** So long after an unclear answer nothing of it can be at work any more. Absent where nobody said so. */
  readonly settleMs?: number;
  readonly sync: Sync;
  /** At least so long are requests held, in milliseconds. Absent: as the transport finds. */
  readonly holdMs?: number;
  /** What connections are warmed up and timed with, by GET; `false`: nothing is sent but what was asked for. Default `/`. */
  readonly decoyPath?: string | false;
  /** Of the answers: it says when the request arrived. Absent where none does. */
  readonly arrivalHeader?: string;
  /** Dealt to the clients in turn. At least one. */
  readonly requests: readonly RequestTemplate[];
  /** Before each trial, one after the other; any answer but 2xx or 3xx ends the run. */
  readonly reset: readonly RequestTemplate[];
  /** Asked after the reset, and after the last answer. One gives its body, several a list of bodies. */
  readonly before: readonly RequestTemplate[];
  readonly after: readonly RequestTemplate[];
  /** Which requests touch the same thing: those whose filled-in text is equal. Default: all of one burst. */
  readonly key?: string;
  /** By client; empty where there is no data. */
  readonly rows: readonly Row[];
};

/** For the protocol of the engine, which knows no burst. */
export function asJson(definition: BurstDefinition): Json {
  return definition;
}

/** `POST /api/bookings`, for people. */
export function nameOf({ method, path }: Pick<RequestTemplate, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** The target's id: `http/localhost-5000`. */
export function targetIdOf(baseUrl: string): string {
  const name = new URL(baseUrl).host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `http/${name}`;
}

/** Every text of a request that may hold places. */
export function textsOf({ path, headers, body }: RequestTemplate): readonly string[] {
  return [path, ...Object.values(headers), ...(body === undefined ? [] : [body])];
}
