import http from 'node:http';
import https from 'node:https';
import type { ApiAnswer, ApiRequest } from '../../core/api.js';

/** The API to ask, and how long it may take. */
export interface Asked {
  readonly baseUrl: string;
  readonly insecure: boolean;
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

/** An answer whose body was to be JSON and is none. Not a mistake of the target: nothing is known of the operation. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly code = 'not-json';
}

const SHOWN_BODY = 200;

/**
 * One request on a connection of its own, sent once. Rejects where no whole answer comes in time. For what is no part of a
 * burst: resets, final reads, whether a server is ready.
 */
export function ask(request: ApiRequest, { baseUrl, insecure, withinMs, signal }: Asked): Promise<ApiAnswer> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${request.path}`);
  const { method, headers, body } = prepared(request);
  const limit = AbortSignal.timeout(withinMs);
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = client.request(
      url,
      {
        method,
        headers,
        agent: false,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(url.protocol === 'https:' && insecure ? { rejectUnauthorized: false } : {}),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => {
          if (!response.complete) return reject(new Error('the answer ended before it was whole'));
          resolve(answerOf(response.statusCode ?? 0, flat(response.headers), text));
        });
      },
    );
    sent.once('error', (error) =>
      reject(limit.aborted ? new Error(`no answer within ${withinMs} ms`, { cause: error }) : error),
    );
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

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
