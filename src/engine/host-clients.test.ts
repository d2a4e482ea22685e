import { describe, expect, it } from 'vitest';
import type { ContractTypes } from '../core/contract.js';
import type { Client } from '../core/target.js';
import { ClientSlot } from './client-slot.js';
import { HostClients } from './host-clients.js';
import { Recorder } from './recorder.js';

const SOURCE = { parameters: {}, random: () => 0, addresses: new Map() };

/** As many as are told of, each of them opened by `open`. */
function hostClients(totalClients: number, open: () => Promise<void> = () => Promise.resolve(), workers = 0) {
  const target = {
    client: async () => {
      await open();
      return { close: () => Promise.resolve() } as unknown as Client<ContractTypes>;
    },
    workers: { count: workers, open: () => Promise.reject(new Error('nobody opens one here')) },
  };
  const numbers = Array.from({ length: totalClients }, (_, number) => number);
  const of = numbers.map((number) => ({ client: number, process: number }));
  const recorder = new Recorder(() => undefined);
  const clients = new HostClients(
    target,
    { clients: of, totalClients },
    (client, process) => new ClientSlot(client, process, SOURCE, recorder),
  );
  return { clients, numbers };
}

describe('the clients of a host', () => {
  it.each([
    [40, 40],
    [41, 10],
    [100, 10],
  ])('are opened of %i %i at once, and all of them', async (totalClients, most) => {
    const opening = { now: 0, most: 0, all: 0 };
    const { clients, numbers } = hostClients(totalClients, async () => {
      opening.now += 1;
      opening.all += 1;
      opening.most = Math.max(opening.most, opening.now);
      await new Promise(setImmediate);
      opening.now -= 1;
    });
    const opened = await clients.openAll(numbers);
    expect(opening).toEqual({ now: 0, most, all: totalClients });
    expect(opened.map(({ slot }) => slot.client)).toEqual(numbers);
  });

  it('are kept, until one is replaced: by another process, whose number no client or worker has had', async () => {
    const { clients } = hostClients(3, undefined, 2);
    const first = await clients.open(1);
    expect(await clients.open(1)).toBe(first);
    clients.replace(first);
    const second = await clients.open(1);
    clients.replace(second);
    expect([first, second, await clients.open(1)].map(({ slot }) => slot.process)).toEqual([1, 6, 11]);
    expect(clients.hasLost).toBe(true);
    clients.renew([]);
    expect(clients.hasLost).toBe(false);
    expect(clients.wasLeftBehind).toBe(true);
  });
});
