import { expect, it } from 'vitest';
import { defineHttpTarget } from '../http/define-http-target.js';
import { apiAnnouncement } from './api-announcement.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import type { SessionOptions } from './options.js';
import { planSession } from './plan-session.js';
import { drawing, tickets } from './tickets.fixture.js';

const api = {
  ...{ contract: tickets, name: 'shop', baseUrl: 'http://127.0.0.1:3000' },
  reset: () => Promise.resolve(),
  operations: { draw: { request: () => ({ path: '/' }), outcome: () => 1 } },
  state: () => Promise.resolve({ next: 1 }),
};

async function announced(target: object, options: Partial<SessionOptions> = {}): Promise<string | undefined> {
  const plan = await planSession({
    ...{ command: 'gate', scenario: drawing as unknown as AnyScenario, trials: 3 },
    targets: [{ target: target as AnyTarget, source: { kind: 'file', path: 'shop.ts' } }],
    ...options,
  });
  return apiAnnouncement(plan, plan.named[0]!.target);
}

it('says what is sent to an API that is running, how often, and that its state is reset', async () => {
  expect(await announced(defineHttpTarget(api))).toBe(
    'To http://127.0.0.1:3000 go 5 requests of drawing at once, in up to 3 trials (6 where some prove nothing): at most 30 requests. Before each trial its state is reset, after each it is read; GET requests warm up each connection, time the server, and keep it busy right before a burst, up to 145 a trial.',
  );
});

it('says how much a load engine sends', async () => {
  const load = { connections: 4, amount: 100 };
  expect(await announced(defineHttpTarget(api), { engine: 'autocannon', load, trials: 1 })).toBe(
    'To http://127.0.0.1:3000 go requests of drawing over 4 connections, 100 of them, in up to 1 trial (2 where some prove nothing). Before each trial its state is reset, after each it is read.',
  );
});

it('says nothing of a command that is started for the run', async () => {
  const start = { command: 'node server.js' };
  expect(await announced(defineHttpTarget({ ...api, start }))).toBeUndefined();
});
