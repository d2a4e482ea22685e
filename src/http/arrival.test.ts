import { describe, expect, it } from 'vitest';
import { arrivalMs } from './arrival.js';
import { open, PROTOCOLS, serve } from './servers.fixture.js';

describe('the time in a header', () => {
  it.each([
    ['1764108000', 1_764_108_000_000],
    ['1764108000.123', 1_764_108_000_123],
    ['t=1764108000.123', 1_764_108_000_123],
    ['1764108000123', 1_764_108_000_123],
    ['1764108000123.25', 1_764_108_000_123.25],
    ['1764108000123456', 1_764_108_000_123.456],
    ['1764108000123456789', 1_764_108_000_123.456],
    ['2025-11-25T22:00:00.123456Z', 1_764_108_000_123.456],
    ['2025-11-25T23:00:00+01:00', 1_764_108_000_000],
  ])('%s is read', (text, ms) => {
    expect(arrivalMs(text)).toBeCloseTo(ms, 2);
  });

  it.each([
    '',
    '12',
    '123456.789',
    'now',
    '2025-11-25',
    'Tue, 25 Nov 2025 22:00:00 GMT',
    '-1764108000',
    undefined,
  ])('%j is no time of a wall clock that is exact enough', (text) => {
    expect(arrivalMs(text)).toBeUndefined();
  });
});

it.each(PROTOCOLS)(
  'over %s every answer tells when its request arrived, or is counted as one that does not',
  async (protocol) => {
    let arrived = 0;
    const url = await serve(protocol, (request, response) => {
      request.resume();
      if (request.method === 'POST' && arrived < 3)
        response.setHeader('X-Arrived', String(1_764_108_000_000 + arrived++));
      response.end();
    });
    const sync = protocol === 'h2c' ? 'single-packet' : 'auto';
    const { clients, contexts } = await open(url, 4, { sync, arrivalHeader: 'X-Arrived' });
    const request = { method: 'POST', path: '/', headers: {}, body: 'x' };
    await Promise.all(clients.map((client) => client.send(request)));
    expect(contexts.counts).toEqual({ 'no-arrival': 1 });
    expect([...contexts.arrivalsMs].sort()).toEqual([
      1_764_108_000_000, 1_764_108_000_001, 1_764_108_000_002,
    ]);
  },
);
