import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { canMakeCertificates, makeCertificate } from '../stores/certificate.fixture.js';
import { contextsFor, type Contexts } from './contexts.fixture.js';
import {
  openHttpTransport,
  type HttpClient,
  type HttpTransport,
  type HttpTransportOptions,
} from './http-transport.js';

export type Handler = (request: Incoming, response: http.ServerResponse) => void;
type Incoming = http.IncomingMessage;

/** `https+h2`: what most servers are, HTTP/2 or HTTP/1.1 as the client likes. */
export type Protocol = 'http' | 'https' | 'h2c' | 'https+h2';
export const PROTOCOLS: readonly Protocol[] = canMakeCertificates
  ? ['http', 'h2c', 'https', 'https+h2']
  : ['http', 'h2c'];

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export function afterwards(close: () => unknown): void {
  closing.push(close);
}

/** A server of Node's own with this handler; its base URL. */
export async function serve(
  protocol: Protocol,
  handler: Handler,
  settings: http2.Settings = {},
  allowHTTP1 = true,
): Promise<string> {
  const server = serverOf(protocol, handler, settings, allowHTTP1);
  // Node's own would close what is idle for 5 s, which on a busy machine is between two steps of a test.
  Object.assign(server, { keepAliveTimeout: 0 });
  return listen(server, protocol.startsWith('https') ? 'https' : 'http');
}

/** A server that is given bare sockets. */
export function serveRaw(onSocket: (socket: net.Socket) => void): Promise<string> {
  return listen(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
    'http',
  );
}

async function listen(server: net.Server, scheme: string): Promise<string> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 2_000 }, resolve),
  );
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

function serverOf(
  protocol: Protocol,
  handler: Handler,
  settings: http2.Settings,
  allowHTTP1: boolean,
): net.Server {
  // The compatible part of both.
  const both = handler as unknown as (
    request: http2.Http2ServerRequest,
    response: http2.Http2ServerResponse,
  ) => void;
  switch (protocol) {
    case 'http':
      return http.createServer(handler);
    case 'h2c':
      return http2.createServer({ settings }, both);
    case 'https':
      return https.createServer(certificate(), handler);
    case 'https+h2':
      return http2.createSecureServer({ ...certificate(), allowHTTP1, settings }, both);
  }
}

let made: { readonly cert: Buffer; readonly key: Buffer } | undefined;

function certificate() {
  if (made !== undefined) return made;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'race-check-http-'));
  const files = makeCertificate(folder);
  made = { cert: fs.readFileSync(files.cert), key: fs.readFileSync(files.key) };
  fs.rmSync(folder, { recursive: true });
  return made;
}

/** Reads a request's body to its end. */
export function bodyOf(request: Incoming, then: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => then(body));
}

export interface OpenedTransport {
  readonly transport: HttpTransport;
  readonly clients: readonly HttpClient[];
  readonly contexts: Contexts;
}

/** A transport to this server with so many clients. */
export async function open(
  baseUrl: string,
  count: number,
  options: Partial<HttpTransportOptions> = {},
): Promise<OpenedTransport> {
  const contexts = contextsFor(baseUrl);
  const transport = await openHttpTransport(
    { baseUrl, sync: 'auto', insecure: true, ...options },
    contexts.target,
  );
  closing.push(() => transport.close());
  const clients = await Promise.all(
    Array.from({ length: count }, (_, index) => transport.client(contexts.client(index))),
  );
  closing.push(() => Promise.all(clients.map((client) => client.close())));
  return { transport, clients, contexts };
}
