import http from 'node:http';
import https from 'node:https';
import type tls from 'node:tls';
import type { Api, ApiAnswer, ApiRequest } from '../../core/api.js';
import { limitWords } from '../../core/time-limit.js';
import { bodyText } from './body-text.js';
import { connectTls } from './connect-tls.js';
import { askHttp2, flat, type PlainAnswer } from './ask-http2.js';

/** The API to ask, and how long it may take. */
export interface Asked extends Pick<Api, 'insecure' | 'sync'> {
  readonly baseUrl: string;
  /** Default: no limit but that of the signal. */
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer whose body was to be JSON and is none. Not a mistake of the target: nothing is known of the operation. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly code = 'not-json';
}

const SHOWN_BODY = 200;

/**
 * One request on a connection of its own, sent once: over HTTP/2 where the server chooses it inside TLS, or where it was asked
 * for without. Rejects where no whole answer comes in time. For what is no part of a burst: resets, final reads, whether a server
 * is ready.
 */
export async function ask(
  request: ApiRequest,
  { baseUrl, insecure, sync, withinMs, signal }: Asked,
): Promise<ApiAnswer> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${request.path}`);
  const limit = withinMs === undefined ? undefined : AbortSignal.timeout(withinMs);
  const limits = [limit, signal].filter((one) => one !== undefined);
  const until = limits.length === 1 ? limits[0]! : AbortSignal.any(limits);
  try {
    const socket = url.protocol === 'https:' ? await connectTls(url, insecure, until) : undefined;
    const isHttp2 = socket === undefined ? sync === 'single-packet' : socket.alpnProtocol === 'h2';
    const way = isHttp2 ? askHttp2 : askHttp1;
    const { status, headers, body } = await way(url, prepared(request), socket, until);
    return answerOf(status, headers, body);
  } catch (error) {
    if (limit?.aborted) throw new Error(`no answer within ${limitWords(withinMs!)}`, { cause: error });
    const { code, message } = error as NodeJS.ErrnoException;
    // Node's own words, which take HTTP for granted.
    if (code?.startsWith('HPE_') === true) {
      throw new Error(`what came is no HTTP/1.1 (${message})`, { cause: error });
    }
    throw error;
  }
}

function askHttp1(
  url: URL,
  { method, headers, body }: ReturnType<typeof prepared>,
  socket: tls.TLSSocket | undefined,
  signal: AbortSignal,
): Promise<PlainAnswer> {
  const options = { method, headers, signal };
  return new Promise((resolve, reject) => {
    const sent =
      socket === undefined
        ? http.request(url, { ...options, agent: false })
        : // With an agent, even none, it would connect by itself.
          https.request(url, { ...options, createConnection: () => socket });
    sent.once('response', (response) => {
      const body: Buffer[] = [];
      response.on('data', (chunk: Buffer) => body.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (!response.complete) return reject(new Error('the answer ended before it was whole'));
        const text = bodyText(Buffer.concat(body), response.headers['content-encoding']);
        resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), body: text });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A request with its defaults: method, body as text, content type. Header names in lower case. */
export function prepared({ method, headers = {}, body }: ApiRequest): {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
} {
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  if (body === undefined) return { method: method ?? 'GET', headers: given };
  const isText = typeof body === 'string';
  return {
    method: method ?? 'POST',
    headers: { ...(isText ? {} : { 'content-type': 'application/json' }), ...given },
    body: isText ? body : JSON.stringify(body),
  };
}

export function answerOf(status: number, headers: Readonly<Record<string, string>>, body: string): ApiAnswer {
  return {
    ...{ status, headers, body },
    json: () => {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        throw new NotJson(`the answer ${status} is no JSON: ${shortened(body)}`);
      }
    },
  };
}

/** An answer in one line for people. */
export function shownAnswer({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): string {
  return body === '' ? String(status) : `${status} ${shortened(body)}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN_BODY ? `${line.slice(0, SHOWN_BODY)}...` : line === '' ? '(empty)' : line;
}
