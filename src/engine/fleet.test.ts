import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { Fleet } from './fleet.js';
import { HostGone, type OpenHost } from './host-link.js';
import type { HostRequest, LoadRequest } from './protocol.js';

/** Hosts that note what they are asked; each answers its clients so long after the barrier as `takesMs` says of it. */
function recordingHosts(takesMs: (host: number) => number | 'dies' = () => 0) {
  const asked: HostRequest[][] = [];
  const openHost: OpenHost = (onEvents) => {
    const requests: HostRequest[] = [];
    const host = asked.push(requests) - 1;
    let armed: readonly number[] = [];
    return Promise.resolve({
      kill: () => Promise.resolve(),
      request: (request) => {
        requests.push(request);
        if (request.type === 'load') return Promise.resolve({ workers: 0 });
        if (request.type === 'arm') {
          armed = request.plans.map(({ client }) => client);
          return Promise.resolve({ connections: [] });
        }
        if (request.type === 'settle') {
          return Promise.resolve({ connections: [], workerErrors: [], counts: { retry: 1 }, arrivalsMs: [] });
        }
        if (request.type !== 'go') return Promise.resolve(null);
        const delay = takesMs(host);
        if (delay === 'dies') return Promise.reject(new HostGone('it died'));
        onEvents(armed.flatMap((client) => answered(client, delay * 1e6)));
        return Promise.resolve(null);
      },
    });
  };
  return { asked, openHost };
}

function answered(client: number, atNs: number): HistoryEvent[] {
  const of = { process: client, client, f: 'draw' };
  const span = { firstRequestNs: atNs, lastAnswerNs: atNs + 10, requests: 1 };
  return [
    { type: 'invoke', timeNs: atNs, ...of, value: null },
    { type: 'ok', timeNs: atNs + 10, ...of, value: null, span },
  ];
}

function fleetOf(openHost: OpenHost, processes: number, clients: number): Fleet {
  const target = { kind: 'registry', contract: 'tickets', id: 'memory/naive' } as const;
  return new Fleet({ openHost, processes, clients, target, parameters: {}, seed: 's', timeoutMs: 100 });
}

const plansOf = (clients: number) =>
  Array.from({ length: clients }, (_, client) => ({
    client,
    delayNs: 0,
    attempts: [{ f: 'draw', input: null }],
  }));

describe('a fleet of several hosts', () => {
  it('deals the clients out in turn, and has the first host alone set up, reset and read', async () => {
    const { asked, openHost } = recordingHosts();
    const fleet = fleetOf(openHost, 3, 7);
    await fleet.open([], true);
    await fleet.burst(await fleet.arm(0, null, plansOf(7), [], []));
    await fleet.read();
    const loads = asked.map(([load]) => load as LoadRequest);
    expect(loads.map(({ clients }) => clients.map(({ client }) => client))).toEqual([
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ]);
    expect(loads.map(({ setup, lead }) => [setup, lead])).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
    expect(new Set(loads.map(({ seed }) => seed)).size).toBe(3);
    const others = asked.slice(1).flat();
    expect(asked[0]!.map(({ type }) => type)).toEqual(['load', 'reset', 'arm', 'go', 'settle', 'read']);
    expect(others.filter(({ type }) => type === 'reset' || type === 'read')).toEqual([]);
  });

  it('opens one barrier for all of them, a little ahead, and tells how far apart they began', async () => {
    const { asked, openHost } = recordingHosts((host) => 2 * host);
    const fleet = fleetOf(openHost, 2, 4);
    await fleet.open([], true);
    const askedAtNs = process.hrtime.bigint();
    const burst = await fleet.burst(await fleet.arm(0, null, plansOf(4), [], []));
    const moments = asked.map((requests) =>
      requests.flatMap((request) => (request.type === 'go' ? [BigInt(request.startAtNs)] : [])),
    );
    expect(moments[0]).toEqual(moments[1]);
    expect(moments[0]![0]! > askedAtNs).toBe(true);
    expect(burst.firstRequestSpreadNs).toBe(2e6);
    expect(burst.counts).toEqual({ retry: 2 });
    expect(burst.events).toHaveLength(8);
    const times = burst.events.map(({ timeNs }) => timeNs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('keeps what the others did when one dies, and takes the attempts of the dead one for possible', async () => {
    const { openHost } = recordingHosts((host) => (host === 1 ? 'dies' : 1));
    const fleet = fleetOf(openHost, 2, 4);
    await fleet.open([], true);
    const burst = await fleet.burst(await fleet.arm(0, null, plansOf(4), [], []));
    const ended = burst.events.filter(({ type }) => type === 'ok' || type === 'info');
    expect(ended.map(({ client, type }) => `${client} ${type}`).sort()).toEqual([
      '0 ok',
      '1 info',
      '2 ok',
      '3 info',
    ]);
    expect(burst.broken).toBe(true);
    expect(burst.undecided).toEqual(['it died']);
  });
});
