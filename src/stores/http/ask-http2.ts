import http2 from 'node:http2';
import type net from 'node:net';
import { bodyText } from './body-text.js';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request over HTTP/2 on a connection of its own; without a socket by prior knowledge. */
export async function askHttp2(
  url: URL,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
  socket: net.Socket | undefined,
  signal: AbortSignal,
): Promise<PlainAnswer> {
  const session = http2.connect(url.origin, socket && { createConnection: () => socket });
  try {
    return await answerOn(session, url, request, signal);
  } finally {
    session.destroy();
  }
}

function answerOn(
  session: http2.ClientHttp2Session,
  url: URL,
  { method, headers: { host = url.host, ...headers }, body = '' }: Parameters<typeof askHttp2>[1],
  signal: AbortSignal,
): Promise<PlainAnswer> {
  const pseudo = { ':method': method, ':path': `${url.pathname}${url.search}`, ':authority': host };
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    const stream = session.request({ ...pseudo, ...headers }, { endStream: body === '', signal });
    let head: http2.IncomingHttpHeaders | undefined;
    const chunks: Buffer[] = [];
    stream.once('response', (answered) => (head = answered));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', reject);
    stream.once('close', () => {
      if (head === undefined || stream.rstCode !== 0) {
        return reject(new Error('the answer ended before it was whole'));
      }
      const text = bodyText(Buffer.concat(chunks), head['content-encoding']);
      resolve({ status: Number(head[':status']), headers: flat(head), body: text });
    });
    if (body !== '') stream.end(body);
  });
}

/** Of several values one. */
export function flat(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(':')
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : String(value)] as const],
    ),
  );
}
