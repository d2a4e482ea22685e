import http from 'node:http';
import type net from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openShop, type Shop as ShopProcess } from '../../bench/http-shop.js';
import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent } from '../core/history.js';
import type { Target } from '../core/target.js';
import type { Judgement } from '../core/verdict.js';
import { afterwards, bodyOf, PROTOCOLS, serve, type Protocol } from './servers.fixture.js';
import type { OpenHost } from '../engine/host-link.js';
import { processHosts } from '../engine/process-host.js';
import type { TargetRun } from '../engine/run-target.js';
import { openReaper } from '../process/reaper.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { runShop } from './shop-run.fixture.js';
import { shopTarget, type Shop } from '../../bench/shop-target.js';

const HELD_MS = 150;

const turn = () => new Promise((resolve) => setImmediate(resolve));

function judgementOf(result: Awaited<ReturnType<typeof runShop>>): Judgement {
  if (result.kind !== 'judged') throw new Error(result.error.message);
  return result.judgement;
}

/** A shop with one unit; between its look and its sale it waits for a turn of the event loop, or does not. */
async function shop(isRacy: boolean, holdMs = 8, protocol: Protocol = 'http') {
  const sync = protocol === 'h2c' ? 'single-packet' : 'auto';
  let stock = 1;
  const perTrial: number[] = [];
  const url = await serve(protocol, (request, response) => {
    if (request.method === 'GET') return response.end();
    perTrial[perTrial.length - 1]! += 1;
    bodyOf(request, () => void buy(response));
  });
  async function buy(response: { statusCode: number; end(): void }): Promise<void> {
    const seen = stock;
    if (isRacy) await turn();
    if (seen > 0) stock = seen - 1;
    response.statusCode = seen > 0 ? 200 : 409;
    response.end();
  }
  const onReset = () => {
    stock = 1;
    perTrial.push(0);
  };
  const target = shopTarget({ baseUrl: url, sync, insecure: true, holdMs }, () => Promise.resolve(onReset()));
  return { url, target, perTrial, onReset };
}

describe('held attempts', () => {
  it.each(PROTOCOLS)(
    'find the race of a server whose look and sale are one turn apart, over %s',
    async (protocol) => {
      const { url, target } = await shop(true, 8, protocol);
      const plan = { clients: 5, trials: 3 };
      const judgement = judgementOf(await runShop(target, url, plan, { start: 'simultaneous' }));
      expect(judgement).toMatchObject({ verdict: 'violated', trials: { run: 3, violated: 3 } });
      expect(judgement.findings).toMatchObject([{ anomaly: 'oversold', trial: 1 }]);
    },
  );

  it.each(PROTOCOLS)('find none over %s where look and sale are one', async (protocol) => {
    const { url, target, perTrial } = await shop(false, 8, protocol);
    const judgement = judgementOf(await runShop(target, url, { clients: 5, trials: 4 }));
    expect(judgement).toMatchObject({ verdict: 'holds', operations: { info: 0, fail: 0 } });
    expect(perTrial).toEqual(Array(judgement.trials.run).fill(5));
  });

  it('are made as often as there are clients in every trial, are seen to overlap, and take no longer for being held', async () => {
    const { url, target, perTrial } = await shop(false, HELD_MS);
    const judgement = judgementOf(await runShop(target, url, { clients: 5, trials: 6 }));
    expect(judgement).toMatchObject({ verdict: 'holds', counts: {}, operations: { info: 0, fail: 0 } });
    expect(perTrial).toEqual(Array(judgement.trials.run).fill(5));
    expect(judgement.firstRequestSpreadMs!.median).toBeGreaterThan(0);
    expect(judgement.latencyMs!.p50, 'from the release on').toBeLessThan(HELD_MS);
  });

  it('that are answered before their release are counted, and count as begun with the barrier', async () => {
    const url = await serve('http', (request, response) => {
      request.resume();
      response.statusCode = request.method === 'POST' ? 409 : 200;
      response.end();
    });
    const target = shopTarget({ baseUrl: url, sync: 'auto', insecure: false });
    const { events, openHost } = recording(target);
    const settings = { openHost, start: 'staggered' } as const;
    const result = await runShop(target, url, { clients: 3, trials: 3 }, settings);
    // In the first and third trial the end of the head is held, which this server waits for.
    expect(judgementOf(result).counts).toEqual({ 'early-answer': 3 });
    const begunNs = events.filter(({ type }) => type === 'invoke').map(({ timeNs }) => timeNs);
    expect(begunNs.slice(3, 6)).toEqual([0, 0, 0]);
    const ended = events.filter((event) => event.type === 'ok');
    expect(ended.map(({ span }) => span !== undefined)).toEqual(
      Array.from({ length: begunNs.length }, (_, index) => index < 3 || index > 5),
    );
    expect(begunNs.filter((ns) => ns > 0)).toHaveLength(begunNs.length - 3);
  });

  it('whose connection cannot be had any more have certainly not happened', async () => {
    let answered = 0;
    const server = http.createServer((request, response) => {
      response.setHeader('connection', 'close');
      bodyOf(request, () => response.end());
      if (request.method !== 'POST') return;
      answered += 1;
      // Nobody listens once all of the first trial are connected.
      if (answered === 2) server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    const target = shopTarget({ baseUrl: url, sync: 'auto', insecure: false });
    const { operations, errors } = judgementOf(await runShop(target, url, { clients: 2, trials: 2 }));
    expect(operations).toMatchObject({ ok: 2, info: 0 });
    expect(operations.fail).toBeGreaterThan(0);
    expect(Object.keys(errors)).toEqual(['ECONNREFUSED']);
  });

  it('are all held before any is let go, in every one of several hosts', async () => {
    let begun = 0;
    const begunAtFirst: number[] = [];
    const url = await serve('http', (request, response) => {
      if (request.method === 'GET') return response.end();
      begun += 1;
      bodyOf(request, () => {
        if (begunAtFirst.length < trial) begunAtFirst.push(begun);
        response.end();
      });
    });
    let trial = 0;
    const target = shopTarget({ baseUrl: url, sync: 'auto', insecure: false }, () => {
      trial += 1;
      begun = 0;
      return Promise.resolve();
    });
    await runShop(target, url, { clients: 8, trials: 6 }, { processes: 4 });
    // In the first trial the ends of their heads are held, so that none has begun.
    expect(begunAtFirst.length).toBeGreaterThanOrEqual(6);
    expect(new Set(begunAtFirst.slice(1))).toEqual(new Set([8]));
  });

  it('are released by several processes behind one barrier', async () => {
    const { url, perTrial, onReset } = await shop(false);
    const reaper = openReaper();
    afterwards(() => reaper.close());
    const worker = fileURLToPath(new URL('../../dist/src/session/worker-process.js', import.meta.url));
    const path = fileURLToPath(new URL('shop.target.fixture.ts', import.meta.url));
    const settings: Partial<TargetRun<Shop>> = {
      ...{ target: { kind: 'file', path }, processes: 2 },
      openHost: processHosts(worker, reaper).open,
      onTrial: onReset,
    };
    onReset();
    const target = shopTarget({ baseUrl: url, sync: 'auto', insecure: false });
    const judgement = judgementOf(await runShop(target, url, { clients: 6, trials: 3 }, settings));
    expect(judgement.operations).toEqual({ ok: 6 * judgement.trials.run, fail: 0, info: 0 });
    expect(perTrial.reduce((sum, requests) => sum + requests)).toBe(6 * judgement.trials.run);
    expect(judgement.overlap.interleavedPairs).toBeGreaterThan(0);
  });
});

/** Its hosts in this process, and what they tell. */
function recording(target: Target<Shop>) {
  const events: HistoryEvent[] = [];
  const host = inProcessHost(target as unknown as Target<ContractTypes>);
  const openHost: OpenHost = (onEvents) =>
    host((batch) => {
      events.push(...batch);
      onEvents(batch);
    });
  return { events, openHost };
}

describe('unequal operations', () => {
  let process: ShopProcess;

  it('meet where one begins later by what the other works before: the sweep finds it', async () => {
    process = await openShop('h1');
    afterwards(() => process.close());
    const setting = { windowUs: 300, lookUpMs: 0, workMs: 2 };
    const target = shopTarget({ baseUrl: process.url, sync: 'auto', insecure: false }, () =>
      process.reset(setting),
    );
    const plan = { clients: 2, unequal: true, trials: 400, stopAtFirstViolation: true };
    const result = await runShop(target, process.url, plan, { start: 'offset-sweep' });
    const judgement = judgementOf(result);
    expect(judgement.verdict).toBe('violated');
    const [finding] = judgement.findings;
    expect(finding).toMatchObject({ anomaly: 'oversold', start: 'offset-sweep' });
    expect(finding!.offset!.ms).toBeGreaterThanOrEqual(0);
  });
});
