import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { startAutocannon } from './autocannon.js';

it('reads a body whose characters come in two chunks', { timeout: 20_000 }, async () => {
  const word = Buffer.from('{"name":"Zoë 🚲"}');
  const server = http.createServer((_request, response) => {
    const cut = word.indexOf('🚲') + 2;
    response.write(word.subarray(0, cut));
    // Together they could come in one chunk.
    setTimeout(() => response.end(word.subarray(cut)), 20);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const bodies: string[] = [];
  const sender = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: 2,
    next: () => ({ method: 'GET', path: '/', headers: {} }),
    lost: () => false,
    answered: ({ body }: { readonly body: string }) => bodies.push(body),
  };
  const run = await startAutocannon([sender], { connections: 1, amount: 2 }, 5_000);
  await run.ended;
  server.close();
  expect(bodies).toEqual([word.toString(), word.toString()]);
});
