import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { Fleet } from './fleet.js';
import { AT_REST } from '../stores/socket-watch.js';
import { HostGone, type OpenHost } from './host-link.js';
import type { HostRequest, LoadRequest } from './protocol.js';

/** Hosts that note what they are asked; each answers its clients so long after the barrier as `takesMs` says of it. */
function recordingHosts(takesMs: (host: number) => number | 'dies' = () => 0) {
  const asked: HostRequest[][] = [];
  const limitsMs: Partial<Record<HostRequest['type'], number>> = {};
  const openHost: OpenHost = (onEvents) => {
    const requests: HostRequest[] = [];
    const host = asked.push(requests) - 1;
    let armed: readonly number[] = [];
    return Promise.resolve({
      kill: () => Promise.resolve(),
      request: (request, limitMs) => {
        requests.push(request);
        limitsMs[request.type] = limitMs;
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
  return { asked, limitsMs, openHost };
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

function burstOf(fleet: Fleet, clients: number, trial = 0, isBehind = false) {
  const drawn = { trial, plans: plansOf(clients), faults: [], isBehind };
  return fleet.burst(fleet.arm(drawn, null, []), drawn);
}

describe('a fleet of several hosts', () => {
  it('deals the clients out in turn, and has the first host alone set up, reset and read', async () => {
    const { asked, openHost } = recordingHosts();
    const fleet = fleetOf(openHost, 3, 7);
    await fleet.open([], true);
    await burstOf(fleet, 7);
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

  it('is given time for each client that it may have to open, and that every attempt may take', async () => {
    const { limitsMs, openHost } = recordingHosts();
    const fleet = fleetOf(openHost, 2, 500);
    await fleet.open([], true);
    await burstOf(fleet, 500);
    const attemptMs = 100 + 5_000;
    expect(limitsMs).toMatchObject({ reset: attemptMs, arm: attemptMs + 250 * 200, go: attemptMs });
  });

  it('opens one barrier for all of them, a little ahead, and tells how far apart they began', async () => {
    const { asked, openHost } = recordingHosts((host) => 2 * host);
    const fleet = fleetOf(openHost, 2, 4);
    await fleet.open([], true);
    const askedAtNs = process.hrtime.bigint();
    const burst = await burstOf(fleet, 4);
    const moments = asked.map((requests) =>
      requests.flatMap((request) =>
        request.type === 'go' && request.startAtNs !== undefined ? [BigInt(request.startAtNs)] : [],
      ),
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
    const burst = await burstOf(fleet, 4);
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

describe('a fleet of one host that goes when it is armed', () => {
  /**
   * It loses its process at what it is asked for with this word, if it is given one. What its first client does it tells as
   * early as it can: when the trial before has been read.
   */
  function readyHost(diesAt?: string) {
    const requests: HostRequest[] = [];
    const limitsMs: number[] = [];
    const asked: number[] = [];
    let armed = 0;
    let isBehind = false;
    const openHost: OpenHost = (onEvents) =>
      Promise.resolve({
        goesWhenArmed: true,
        kill: () => Promise.resolve(),
        request: async (request, limitMs) => {
          requests.push(request);
          limitsMs.push(limitMs);
          if (request.type === 'arm') armed = request.trial;
          if (request.type === 'go' && request.thenReads) asked.push(armed);
          else if (request.type === 'go') onEvents(answered(0, 1_000), armed + 1);
          // Each in its turn, and later than it was asked for.
          await new Promise((resolve) => setImmediate(resolve));
          if (request.type === diesAt) throw new HostGone('it died');
          if (request.type === 'load') return { workers: 0 };
          if (request.type === 'reset') isBehind = request.ifClear === true;
          if (request.type === 'arm') return isBehind ? {} : { connections: [connection] };
          if (request.type === 'settle') {
            return {
              ...(isBehind ? {} : { connections: [connection] }),
              workerErrors: [],
              counts: {},
              arrivalsMs: [],
              isClear: true,
            };
          }
          if (request.type === 'early-read') {
            const trial = asked.shift()!;
            onEvents(answered(1, 1_000), trial);
            onEvents(answered(0, 1_000), trial + 1);
            return { final: { left: 3 } };
          }
          return null;
        },
      });
    return { requests, limitsMs, openHost };
  }
  const connection = { client: 0, process: 0, store: 'postgres', localPort: 5, doubtful: false };

  /** It is known by now that nothing is to be held. */
  async function warmFleet(diesAt?: string) {
    const { requests, limitsMs, openHost } = readyHost(diesAt);
    const fleet = fleetOf(openHost, 1, 2);
    await fleet.open([], true);
    await burstOf(fleet, 2);
    requests.length = 0;
    limitsMs.length = 0;
    return { requests, limitsMs, fleet };
  }

  it('asks for the burst and the final state ahead, once it is known that nothing is to be held', async () => {
    const { requests, fleet } = await warmFleet();
    const burst = await burstOf(fleet, 2, 1);
    expect(requests.map(({ type }) => type)).toEqual(['reset', 'arm', 'go', 'settle', 'early-read']);
    expect(requests[2]).toEqual({ type: 'go', thenReads: true });
    expect(burst.events).toHaveLength(4);
    expect(burst.final).toEqual({ final: { left: 3 } });
    expect(burst.broken).toBe(false);
  });

  it('is asked for the next while one is under way, and keeps what it tells of the two apart', async () => {
    const { requests, limitsMs, fleet } = await warmFleet();
    expect(fleet.goesOn).toBe(true);
    const [first, second] = await Promise.all([burstOf(fleet, 2, 1), burstOf(fleet, 2, 2, true)]);
    const of = ['reset', 'arm', 'go', 'settle', 'early-read'];
    expect(requests.map(({ type }) => type)).toEqual([...of, ...of]);
    expect(requests[of.length]).toEqual({ type: 'reset', initial: null, ifClear: true });
    expect(first.isClear).toBe(true);
    // What it does not tell again has not changed.
    expect(first.connections).toEqual([connection]);
    expect(second.connections).toEqual([{ ...connection, trace: AT_REST }]);
    // What stands before a request is in its limit.
    const [own, behind] = [limitsMs.slice(2, of.length), limitsMs.slice(of.length + 2)];
    expect(behind.map((limitMs, index) => limitMs > own[index]!)).toEqual([true, true, true]);
    const clients = [first, second].map(({ events }) => events.map(({ client }) => client).sort());
    expect(clients).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ]);
    expect([first, second].map(({ final }) => final)).toEqual([
      { final: { left: 3 } },
      { final: { left: 3 } },
    ]);
  });

  it('takes an attempt for possible when it dies before it has told of it', async () => {
    const { fleet } = await warmFleet('early-read');
    const burst = await burstOf(fleet, 2, 1);
    expect(burst.broken).toBe(true);
    expect(burst.undecided).toEqual(['it died']);
    expect(burst.final).toBeUndefined();
    const ended = burst.events.filter(({ type }) => type !== 'invoke');
    expect(ended.map(({ client, type }) => `${client} ${type}`).sort()).toEqual(['0 ok', '1 info']);
    expect(burst.connections).toEqual([{ ...connection, doubtful: true }]);
  });
});
