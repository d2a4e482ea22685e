import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { contextsFor } from './contexts.fixture.js';
import { openHttpTransport } from './http-transport.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a burst over HTTP/1.1', () => {
  it.each([1, 33, 100, 1_000])('of %i requests sends exactly so many, once each', async (count) => {
    const bodies: string[] = [];
    let begun = 0;
    const url = await serve((request, response) => {
      if (request.method === 'GET') return response.end();
      begun += 1;
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        bodies.push(body);
        response.end(body);
      });
    });
    const contexts = contextsFor(url);
    const transport = await openHttpTransport(
      { baseUrl: url, sync: 'auto', insecure: false },
      contexts.target,
    );
    closing.push(() => transport.close());
    const clients = await Promise.all(
      Array.from({ length: count }, (_, index) => transport.client(contexts.client(index))),
    );
    closing.push(() => Promise.all(clients.map((client) => client.close())));
    const held = await Promise.all(
      clients.map((client, index) =>
        client.hold({ method: 'POST', path: '/buy', headers: {}, body: `{"client":${index}}` }),
      ),
    );
    expect(begun).toBe(count);
    expect(bodies).toEqual([]);
    transport.aboutToRelease();
    const answers = await Promise.all(held.map((one) => one.release()));
    expect(new Set(bodies).size).toBe(count);
    expect(bodies).toHaveLength(count);
    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: count }, (_, index) => `{"client":${index}}`),
    );
    expect(contexts.counts).toEqual({});
  });
});
