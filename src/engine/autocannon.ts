import type { Client, Options, Request, Result } from 'autocannon';
import type { ApiAnswer, SentRequest } from '../core/api.js';
import { bodyText } from '../stores/http/body-text.js';
import type { Load } from './load.js';

/** What one connection sends, one request after the other. */
export interface Sender {
  /** With the path of the API. */
  readonly url: string;
  /** How many requests there are for it. */
  readonly count: number;
  /** Called when autocannon is about to send. Undefined where there is none. */
  next(): SentRequest | undefined;
  /** The request before had no answer: the next one's cannot be told from what is left of it. */
  lost(): boolean;
  answered(answer: Pick<ApiAnswer, 'status' | 'headers' | 'body'>): void;
}

/** A run that is under way. */
export interface AutocannonRun {
  readonly ended: Promise<Result>;
  /** Ends it at its next sample. */
  stop(): void;
}

/** What autocannon's client keeps of itself. */
interface CountingClient extends Client {
  responseMax: number;
  reqsMade: number;
  readonly pipelinedRequests: { addBody(text: string | Buffer): void };
}

/** It looks for its end that often, and takes the samples of its requests a second. */
const SAMPLE_MS = 1_000;
const GRACE_MS = 5_000;

/**
 * One run of autocannon, a sender for each connection.
 *
 * Its list of requests repeats, so it is given one that is made anew each time. It forgets the requests under way when its own
 * duration is over: here each connection is given its end instead, and waits for its last answer. A connection that breaks is
 * opened again, and what is left of the old answer is read as part of the new one: such an answer is not trusted (`lost`), and
 * that connection ends with it.
 */
export async function startAutocannon(
  senders: readonly Sender[],
  { amount, durationMs, rate }: Load,
  timeoutMs: number,
): Promise<AutocannonRun> {
  const { default: autocannon } = await import('autocannon');
  const clients: CountingClient[] = [];
  const endAll = () => {
    for (const client of clients) client.responseMax = Math.max(1, client.reqsMade);
  };
  const options = {
    url: senders.map(({ url }) => new URL(url).origin),
    connections: senders.length,
    // Only the last resort of a run with a duration: it may wait for answers first.
    ...(amount === undefined ? { duration: ((durationMs ?? 0) + timeoutMs + GRACE_MS) / 1_000 } : { amount }),
    ...(rate === undefined ? {} : { overallRate: rate }),
    timeout: timeoutMs / 1_000,
    sampleInt: SAMPLE_MS,
    setupClient: (client: Client) => {
      const sender = senders[clients.length]!;
      const counting = client as CountingClient;
      clients.push(counting);
      keepBytes(counting);
      if (amount === undefined) counting.responseMax = sender.count;
      client.setRequests([requestOf(sender, counting)]);
    },
  };
  const instance = autocannon(options as unknown as Options) as unknown as NodeJS.EventEmitter & {
    stop?: () => void;
  };
  const timer = durationMs === undefined ? undefined : setTimeout(endAll, durationMs);
  const ended = new Promise<Result>((resolve, reject) => {
    instance.once('done', resolve);
    instance.once('error', reject);
  }).finally(() => clearTimeout(timer));
  return { ended, stop: () => instance.stop?.() };
}

/**
 * It turns each chunk of a body into text by itself, so that a character whose bytes come in two would be lost, and one that is
 * compressed altogether: here each byte is a character until the body is whole.
 */
function keepBytes(client: CountingClient): void {
  const { pipelinedRequests } = client;
  const addBody = pipelinedRequests.addBody.bind(pipelinedRequests);
  pipelinedRequests.addBody = (bytes) => addBody(Buffer.from(bytes as Buffer).toString('latin1'));
}

function requestOf(sender: Sender, client: CountingClient): Request {
  const prefix = new URL(sender.url).pathname.replace(/\/+$/, '');
  let last: SentRequest | undefined;
  return {
    setupRequest: (request) => {
      if (sender.lost()) client.responseMax = client.reqsMade + 1;
      // Without any, it would throw where nobody can catch: it is sent once more, and counted.
      last = sender.next() ?? last;
      if (last === undefined) return request;
      const { method, path, headers, body = '' } = last;
      return { ...request, method: method as 'POST', path: prefix + path, headers: { ...headers }, body };
    },
    onResponse: (status, bytes, _context, given = {}) => {
      const headers = flat(given);
      const body = bodyText(Buffer.from(bytes, 'latin1'), headers['content-encoding']);
      sender.answered({ status, body, headers });
    },
  };
}

function flat(headers: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}
