import type http from 'node:http';
import type http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type workerThreads from 'node:worker_threads';

/** How the racy server is set up. */
export interface RacyServerOptions {
  readonly windowMs: number;
  readonly protocol: 'http1' | 'http2';
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
  const { windowMs, protocol } = threads.workerData as RacyServerOptions;

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

  const server =
    protocol === 'http2'
      ? (load('node:http2') as typeof http2).createServer(onRequest)
      : (load('node:http') as typeof http).createServer({ keepAliveTimeout: 60_000 }, onRequest);
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () =>
    threads.parentPort?.postMessage((server.address() as AddressInfo).port),
  );
}
