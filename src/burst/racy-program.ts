import type http from 'node:http';
import type http2 from 'node:http2';
import type https from 'node:https';
import type { AddressInfo } from 'node:net';
import type workerThreads from 'node:worker_threads';
import type { SelfSigned } from './self-signed.js';

/** How the racy server is set up. */
export interface RacyServerOptions {
  readonly windowMs: number;
  readonly protocol: 'http1' | 'http2';
  /** Inside TLS, HTTP/2 is what it chooses of what it is offered (ALPN). */
  readonly isEncrypted: boolean;
}

/** What its thread is told. */
export interface RacyWorkerData extends Omit<RacyServerOptions, 'isEncrypted'> {
  /** Absent without TLS. */
  readonly certificate?: SelfSigned;
}

/**
 * What the racy server's thread runs, handed to it as text: it may use nothing of this module.
 *
 * One thing, to be taken once. `/take` looks whether it is there, and its taking takes effect the window later; in between
 * others look too. The clock decides who looks in time, and no timer does: an event loop that is busy with the rest of a burst
 * would stretch a timer's window to the length of the burst, and this server would be easier to catch than it says.
 */
export function racyProgram(load: NodeJS.Require): void {
  const threads = load('node:worker_threads') as typeof workerThreads;
  const { windowMs, protocol, certificate } = threads.workerData as RacyWorkerData;

  let takenAtMs = Infinity;

  const answer = (url: string, reply: (status: number, text: string) => void) => {
    const nowMs = performance.now();
    if (url === '/reset') {
      takenAtMs = Infinity;
      return reply(204, '');
    }
    if (url !== '/take') return reply(200, 'here');
    if (nowMs >= takenAtMs) return reply(409, '{"error":"taken"}');
    takenAtMs = Math.min(takenAtMs, nowMs + windowMs);
    // Whoever takes is busy with it for the length of the window.
    setTimeout(() => reply(200, '{"taken":true}'), windowMs);
  };

  const onRequest = (
    request: http.IncomingMessage | http2.Http2ServerRequest,
    response: http.ServerResponse | http2.Http2ServerResponse,
  ) => {
    request.resume();
    request.once('end', () =>
      answer(request.url ?? '', (status, text) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(text);
      }),
    );
  };

  const open = () => {
    const kept = { keepAliveTimeout: 60_000 };
    if (protocol === 'http2') {
      const { createServer, createSecureServer } = load('node:http2') as typeof http2;
      // A load engine speaks HTTP/1.1 to every server.
      if (certificate !== undefined)
        return createSecureServer({ ...certificate, allowHTTP1: true }, onRequest);
      return createServer(onRequest);
    }
    if (certificate === undefined) return (load('node:http') as typeof http).createServer(kept, onRequest);
    return (load('node:https') as typeof https).createServer({ ...certificate, ...kept }, onRequest);
  };
  const server = open();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () =>
    threads.parentPort?.postMessage((server.address() as AddressInfo).port),
  );
}
