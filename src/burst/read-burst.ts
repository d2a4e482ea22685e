import { MOST_HOLD_MS } from '../http/hold.js';
import type { Sync } from '../http/http-transport.js';
import { textsOf, type BurstDefinition, type RequestTemplate } from './definition.js';
import { readRows } from './read-rows.js';
import {
  readHeaders,
  readRequest,
  readRequestLine,
  readText,
  type ReadRequest,
  type RequestReading,
} from './read-request.js';
import { TEMPLATE_NAMES, unknownNames } from './template.js';

/** What a user asked for, in the user's words. */
export interface BurstWords {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** A text, or `@file`. */
  readonly body?: string | undefined;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  /** `METHOD url [body]` each, like those below. */
  readonly requests: readonly string[];
  readonly reset: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** A CSV with a row for each client. */
  readonly data?: string | undefined;
  readonly key?: string | undefined;
  readonly clients: number;
  readonly insecure: boolean;
  readonly timeoutMs: number;
  readonly settleMs?: number | undefined;
  readonly sync: Sync;
  readonly holdMs?: number | undefined;
  readonly arrivalHeader?: string | undefined;
  /** A path, or `none`. */
  readonly decoyPath?: string | undefined;
  readonly allowRemote: boolean;
  /** Where files are looked for. */
  readonly cwd: string;
}

/**
 * The burst that these words describe. Adds one sentence to `problems` for each thing that does not make sense;
 * undefined where there is any. Reads files, sends nothing.
 */
export function readBurst(words: BurstWords, problems: string[]): BurstDefinition | undefined {
  const before = problems.length;
  const headers = readHeaders(words.headers, problems);
  const reading: RequestReading = { cwd: words.cwd, allowRemote: words.allowRemote, headers, problems };
  const lines = (flag: string, texts: readonly string[]) =>
    texts.map((text) => readRequestLine(flag, text, reading)).filter((one) => one !== undefined);
  const requests = [...firstRequest(words, reading), ...lines('--request', words.requests)];
  const around = {
    reset: lines('--reset', words.reset),
    before: lines('--before', words.before),
    after: lines('--after', words.after),
  };
  if (requests.length > words.clients) {
    problems.push(`expected at least as many clients as requests (${requests.length}), got ${words.clients}`);
  }
  const all = [...requests, ...around.reset, ...around.before, ...around.after];
  if (words.decoyPath !== undefined && !/^(?:\/|none$)/.test(words.decoyPath)) {
    problems.push(
      `expected a path that begins with a slash, or none, for --decoy-path, got "${words.decoyPath}"`,
    );
  }
  problems.push(...holdProblems(words));
  const baseUrl = oneOrigin(all, problems, problems.length > before);
  const { columns, rows } = readData(words, problems);
  demandKnownNames(words, all, columns, problems);
  if (baseUrl === undefined || problems.length > before) return undefined;
  const { insecure, sync, key, timeoutMs, settleMs, holdMs, arrivalHeader, decoyPath } = words;
  const plain = (read: readonly ReadRequest[]): readonly RequestTemplate[] =>
    read.map(({ request }) => request);
  return {
    ...{ baseUrl, insecure, sync, rows, timeoutMs },
    ...(decoyPath === undefined ? {} : { decoyPath: decoyPath === 'none' ? (false as const) : decoyPath }),
    ...(arrivalHeader === undefined ? {} : { arrivalHeader }),
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(holdMs === undefined ? {} : { holdMs }),
    requests: plain(requests),
    reset: plain(around.reset),
    before: plain(around.before),
    after: plain(around.after),
    ...(key === undefined ? {} : { key }),
  };
}

function holdProblems({ holdMs, sync, timeoutMs }: BurstWords): readonly string[] {
  if (holdMs === undefined) return [];
  if (sync === 'none') return ['--hold has nothing to hold with --sync none'];
  if (holdMs > MOST_HOLD_MS) return [`expected at most ${MOST_HOLD_MS} ms for --hold, got ${holdMs} ms`];
  if (holdMs < timeoutMs) return [];
  return [`expected a --hold shorter than the --timeout of ${timeoutMs} ms, got ${holdMs} ms`];
}

/** The one that the words after the command name. */
function firstRequest(words: BurstWords, reading: RequestReading): readonly ReadRequest[] {
  const { method, url, body, requests } = words;
  if (method === undefined) {
    if (requests.length === 0) {
      reading.problems.push(
        'expected a method and a URL, such as POST http://localhost:3000/api/bookings, or --request; got neither',
      );
    } else if (body !== undefined) {
      reading.problems.push(
        'expected a method and a URL for --body; the body of a --request stands behind its URL',
      );
    }
    return [];
  }
  const request = readRequest(
    'the burst',
    { method, url: url ?? '', ...(body === undefined ? {} : { body }) },
    reading,
  );
  return request === undefined ? [] : [request];
}

/**
 * A burst is one server's: clients hold connections to it, and what is reset and read is its state. Where a request could not be
 * read, it may have been the one that names the server.
 */
function oneOrigin(all: readonly ReadRequest[], problems: string[], hasUnread: boolean): string | undefined {
  const origins = [...new Set(all.map(({ origin }) => origin).filter((one) => one !== undefined))];
  if (origins.length > 1) {
    problems.push(`expected every request to go to one server, got ${origins.join(' and ')}`);
  } else if (origins.length === 0 && all.length > 0 && !hasUnread) {
    problems.push(
      'expected a URL such as http://localhost:3000/api for one of the requests, got paths alone',
    );
  }
  return origins[0];
}

function readData({ data, cwd, clients }: BurstWords, problems: string[]) {
  const nothing = { columns: [], rows: [] };
  if (data === undefined) return nothing;
  const text = readText('--data', `@${data.replace(/^@/, '')}`, { cwd, problems });
  return text === undefined ? nothing : readRows(data, text, clients, problems);
}

/** What is sent between bursts may name all of it too: it is filled in as for the first client. */
function demandKnownNames(
  { key, data, headers }: BurstWords,
  requests: readonly ReadRequest[],
  columns: readonly string[],
  problems: string[],
): void {
  // A CSV that could not be read names no columns: one complaint is enough.
  if (data !== undefined && columns.length === 0) return;
  const known = [...new Set([...TEMPLATE_NAMES, ...columns])];
  const texts = [
    ...requests.flatMap(({ request }) => textsOf(request)),
    ...headers,
    ...(key === undefined ? [] : [key]),
  ];
  const hint = data === undefined ? ' (the columns of a CSV come with --data users.csv)' : '';
  for (const name of new Set(texts.flatMap((text) => unknownNames(text, known)))) {
    const names = known.map((one) => `{{${one}}}`).join(', ');
    problems.push(`expected one of ${names} in a template, got {{${name}}}${hint}`);
  }
}
