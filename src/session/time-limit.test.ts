import { describe, expect, it } from 'vitest';
import type { TimeLimit } from '../engine/early-stop.js';
import type { HostLink, OpenHost } from '../engine/host-link.js';
import { HostGone } from '../engine/host-link.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { runTarget } from '../engine/run-target.js';
import { openMemory } from '../stores/memory/server.js';
import { openReaper } from '../process/reaper.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { atomic, drawer, drawing } from './tickets.fixture.js';

const NEVER = new AbortController().signal;

async function run(limit: Partial<TimeLimit>, target: unknown = atomic, openHost?: OpenHost) {
  const reaper = openReaper();
  const server = await openMemory({
    url: undefined,
    allowRemote: false,
    runId: 'test',
    connections: 1,
    reaper,
  });
  const scenario = drawing as unknown as AnyScenario;
  try {
    const { result, closed } = await runTarget({
      scenario,
      parameters: { clients: 5 },
      target: { kind: 'registry', contract: 'tickets', id: 'memory/atomic' },
      openHost: openHost ?? inProcessHost(target as AnyTarget),
      servers: new Map([['memory', server]]),
      plan: { trials: 59, fewest: 5, confidence: 0.95, stopAtFirstViolation: false },
      start: 'simultaneous',
      seed: 'limits',
      timeoutMs: 20_000,
      processes: 1,
      watchesWaits: false,
      signal: NEVER,
      limit: { isUp: () => false, leftMs: () => Infinity, cut: NEVER, ...limit },
      onTrial: () => undefined,
    });
    await closed;
    if (result.kind !== 'judged') throw new Error(`expected a judgement, got ${JSON.stringify(result)}`);
    return result.judgement;
  } finally {
    reaper.close();
  }
}

describe('a target whose time is limited', () => {
  it('runs all that was planned where there is time', async () => {
    expect((await run({})).trials).toMatchObject({ run: 59, counted: 59 });
  });

  it('stops with its share once there is evidence of enough trials, and holds at their bound', async () => {
    const { verdict, trials, rate } = await run({ isUp: () => true });
    expect(verdict).toBe('holds');
    expect(trials).toMatchObject({ planned: 59, run: 5, counted: 5 });
    expect(rate?.upper).toBeCloseTo(1 - 0.05 ** (1 / 5), 9);
  });

  it('begins nothing where nothing is left', async () => {
    let opened = 0;
    const counting = { ...atomic, open: () => Promise.reject(new Error(`opened ${(opened += 1)} times`)) };
    const { verdict, trials, reasons } = await run({ leftMs: () => 0 }, counting);
    expect(opened).toBe(0);
    expect(verdict).toBe('inconclusive');
    expect(trials.run).toBe(0);
    expect(reasons[0]).toMatch(/^budget: /);
  });

  it('gives up what cannot come to enough trials, as soon as the first has shown it', async () => {
    const slow = drawer('slow', async (state, context) => {
      await context.sleep(30);
      return state.next++;
    });
    const { verdict, trials } = await run({ leftMs: () => 50 }, slow);
    expect(verdict).toBe('inconclusive');
    expect(trials.run).toBe(1);
  });

  it('is cut off in a set-up that never ends', async () => {
    const cut = new AbortController();
    let killed = 0;
    const silent: OpenHost = () => {
      let gone: (error: Error) => void = () => undefined;
      const link: HostLink = {
        request: () => {
          setTimeout(() => cut.abort(), 10);
          return new Promise((_resolve, reject) => (gone = reject));
        },
        kill: () => {
          killed += 1;
          gone(new HostGone('it was ended'));
          return Promise.resolve();
        },
      };
      return Promise.resolve(link);
    };
    const { verdict, reasons } = await run({ cut: cut.signal }, atomic, silent);
    expect(killed).toBeGreaterThan(0);
    expect(verdict).toBe('inconclusive');
    expect(reasons[0]).toMatch(/^budget: 0 trials ran/);
  });
});
