import { expect, it } from 'vitest';
import type { BurstDefinition } from '../burst/definition.js';
import { announcement } from './burst-announcement.js';

const request = (method: string, path: string) => ({ method, path, headers: {} });
const DEFINITION: BurstDefinition = {
  ...{ baseUrl: 'http://localhost:5000', insecure: false, sync: 'auto', timeoutMs: 1, rows: [] },
  ...{ requests: [request('POST', '/buy')], reset: [], before: [], after: [] },
};

function said(definition: Partial<BurstDefinition>, clients: number, trials: number, isRepeatable = true) {
  const plan = { scenario: { isRepeatable }, parameters: { clients }, trials: { trials } };
  return announcement(
    { ...DEFINITION, ...definition },
    plan as unknown as Parameters<typeof announcement>[1],
  );
}

it('says what goes where, how often, and what else is sent', () => {
  const around = {
    reset: [request('POST', '/reset')],
    after: [request('GET', '/stock'), request('GET', '/orders')],
  };
  expect(said(around, 100, 59)).toEqual([
    'To http://localhost:5000 go 100 x POST /buy at once, in up to 59 trials (118 where some prove nothing): at most 11,800 requests.',
    'Besides: POST /reset before each trial; GET /stock, GET /orders after each burst.',
    'GET / warms up each connection, times the server, and keeps it busy right before a burst: up to 145 a trial.',
  ]);
});

it('tells how clients are dealt to several requests', () => {
  const requests = [request('POST', '/pay'), request('POST', '/cancel')];
  expect(said({ requests, decoyPath: false }, 5, 1)).toEqual([
    'To http://localhost:5000 go 3 x POST /pay and 2 x POST /cancel at once, in up to 1 trial (2 where some prove nothing): at most 10 requests.',
  ]);
});

it('warns where nothing brings the state back', () => {
  expect(said({}, 3, 1, false)).toEqual([
    'To http://localhost:5000 go 3 x POST /buy at once, in 1 trial: at most 3 requests.',
    'GET / warms up each connection, times the server, and keeps it busy right before a burst: up to 145 a trial.',
    expect.stringContaining('One trial only'),
  ]);
  expect(said({ decoyPath: '/health' }, 3, 4, false).slice(-2)).toEqual([
    'GET /health warms up each connection, times the server, and keeps it busy right before a burst: up to 145 a trial.',
    expect.stringContaining('Nothing brings the state back between trials'),
  ]);
});
