import { setTimeout as wait } from 'node:timers/promises';
import type { Api, ApiStart } from '../../core/api.js';
import { limitWords } from '../../core/time-limit.js';
import { listens } from '../listening.js';
import { ask } from './ask.js';
import type { BaseUrl } from './base-url.js';
import type { CommandLog } from './command-log.js';
import type { Command } from './command.js';

export const READY_MS = 30_000;
const POLL_MS = 20;
/** One look; a server that is busy starting may let it hang. */
const LOOK_MS = 2_000;

/** Where one looks. */
export interface Started {
  readonly url: BaseUrl;
  readonly api: Pick<Api, 'insecure' | 'sync'>;
  readonly command: Command;
  readonly log: CommandLog;
  readonly signal: AbortSignal | undefined;
}

/** Why it never got ready, for people; undefined as soon as it is. Rejects when `signal` aborts. */
export async function whyNotReady(
  readyWhen: ApiStart['readyWhen'] = {},
  started: Started,
): Promise<string | undefined> {
  const { command, signal } = started;
  const { withinMs = READY_MS } = readyWhen;
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    const ended = command.ended();
    if (ended !== undefined) return `it ${ended} before it was ready`;
    if (await isReady(readyWhen, started)) return undefined;
    await wait(POLL_MS);
  }
  return `it was not ready within ${limitWords(withinMs)}: ${missing(readyWhen, started.url)}`;
}

/** Its port must take connections in any case: what its output says is for people, and may come earlier. */
async function isReady(
  { path, output }: NonNullable<ApiStart['readyWhen']>,
  { url, api, log, signal }: Started,
): Promise<boolean> {
  if (output !== undefined && !matches(log.text(), output)) return false;
  if (path === undefined) return listens(url.host, url.port);
  const answer = await ask(
    { path },
    { baseUrl: url.shown, ...api, withinMs: LOOK_MS, ...(signal && { signal }) },
  ).catch(() => undefined);
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string'
    ? text.includes(wanted)
    : new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, '')).test(text);
}

function missing({ path, output }: NonNullable<ApiStart['readyWhen']>, { shown }: BaseUrl): string {
  const parts = [
    ...(output === undefined ? [] : [`its output never said ${String(output)}`]),
    path === undefined ? `nothing listened at ${shown}` : `${shown}${path} did not answer 2xx`,
  ];
  return parts.join(', or ');
}
