import { setTimeout as wait } from 'node:timers/promises';
import type { ClientContext, TargetContext } from '../core/context.js';
import type { HttpAnswer, HttpRequest, HttpTransport } from '../http/http-transport.js';
import { ask } from '../stores/http/ask.js';
import type { BurstDefinition } from './definition.js';

/** Sends what is no part of a burst. Rejects where there is no whole answer in time. */
export type SendBetween = (request: HttpRequest) => Promise<Pick<HttpAnswer, 'status' | 'headers' | 'body'>>;

/**
 * Each request on a connection of its own over plain HTTP/1.1; where the server may speak nothing but HTTP/2, as a client of the
 * transport, which knows.
 */
export function sendBetween(
  { baseUrl, insecure, sync, timeoutMs }: BurstDefinition,
  transport: HttpTransport,
  context: TargetContext,
): SendBetween {
  const mayBeHttp2 = sync === 'single-packet' || baseUrl.startsWith('https:');
  if (!mayBeHttp2) return (request) => ask(request, { baseUrl, insecure, withinMs: timeoutMs });
  return async (request) => {
    const limit = new AbortController();
    const client = await transport.client(nobody(context, limit.signal));
    try {
      const late = wait(timeoutMs, undefined, { signal: limit.signal }).then(() => {
        throw new Error(`no answer within ${timeoutMs} ms`);
      });
      return await Promise.race([client.send(request), late]);
    } finally {
      limit.abort();
      await client.close();
    }
  };
}

/** Whoever asks between bursts: its requests are no operation, and are not counted. */
function nobody(context: TargetContext, signal: AbortSignal): ClientContext {
  return {
    ...context,
    ...{ client: 0, process: 0, signal },
    traffic: () => ({ sent: () => undefined, received: () => undefined, connected: () => undefined }),
    arrived: () => undefined,
    note: () => undefined,
    point: () => Promise.resolve(),
    count: () => undefined,
    lease: () => undefined,
  };
}
