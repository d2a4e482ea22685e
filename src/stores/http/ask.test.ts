import type http from 'node:http';
import http2 from 'node:http2';
import { describe, expect, it } from 'vitest';
import { bodyOf, PROTOCOLS, serve, serveRaw, type Protocol } from '../../http/servers.fixture.js';
import { ask } from './ask.js';

const SYNC: Partial<Record<Protocol, 'single-packet'>> = { h2c: 'single-packet' };

function cutOff(response: http.ServerResponse): void {
  const { stream } = response as unknown as Partial<http2.Http2ServerResponse>;
  if (stream === undefined) response.destroy();
  else stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
}

describe.each(PROTOCOLS)('a request between bursts over %s', (protocol) => {
  const sync = SYNC[protocol] ?? 'auto';

  it('is sent once, with its body and its host, and answered whole', async () => {
    let count = 0;
    const url = await serve(protocol, (request, response) =>
      bodyOf(request, (body) => {
        count += 1;
        const { method, url: path, httpVersion } = request;
        response.writeHead(201, { 'x-version': httpVersion, 'content-type': 'application/json' });
        response.end(JSON.stringify({ method, path, body, type: request.headers['content-type'] }));
      }),
    );
    const request = { path: '/reset?all=1', body: { name: 'Zoë' }, headers: { Host: 'shop.test' } };
    const answer = await ask(request, { baseUrl: url, insecure: true, sync, withinMs: 5_000 });
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-version': protocol.includes('h2') ? '2.0' : '1.1' },
    });
    expect(answer.json()).toEqual({
      ...{ method: 'POST', path: '/reset?all=1', body: '{"name":"Zoë"}', type: 'application/json' },
    });
    expect(count).toBe(1);
  });

  it('that is not answered, or not to its end, is said so', async () => {
    const url = await serve(protocol, (request, response) => {
      if (request.url === '/hang') return;
      response.writeHead(200);
      response.write('half', () => cutOff(response));
    });
    const api = { baseUrl: url, insecure: true, sync } as const;
    await expect(ask({ path: '/hang' }, { ...api, withinMs: 200 })).rejects.toThrow(
      'no answer within 200 ms',
    );
    await expect(ask({ path: '/half' }, { ...api, withinMs: 5_000 })).rejects.toThrow(
      /aborted|before it was whole|ended|reset|code/i,
    );
  });
});

it('is made over HTTP/2 to a server that knows nothing else', async () => {
  const url = await serve('https+h2', (_request, response) => response.end('here'), {}, false);
  const answer = await ask({ path: '/' }, { baseUrl: url, insecure: true, withinMs: 5_000 });
  expect(answer.body).toBe('here');
});

it('says that what came is no HTTP', async () => {
  const url = await serveRaw((socket) => void socket.on('data', () => socket.write('\u0000\u0001\r\n\r\n')));
  await expect(ask({ path: '/' }, { baseUrl: url, insecure: false, withinMs: 5_000 })).rejects.toThrow(
    'what came is no HTTP/1.1 (',
  );
});
