import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Blocking, StoreNamespace } from '../stores/store.js';
import type { HostConnection } from './protocol.js';
import { watchWaits } from './wait-watch.js';

const connection = (client: number, store = 'postgres'): HostConnection => ({
  client,
  process: client,
  store,
  localPort: 40_000 + client,
  doubtful: false,
});

function namespace(blocking?: StoreNamespace['blocking']): StoreNamespace {
  return {
    address: { store: 'postgres', host: '127.0.0.1', port: 1, namespace: 'n' },
    openTransactions: () => Promise.resolve([]),
    endSessions: () => Promise.resolve([]),
    drop: () => Promise.resolve(),
    ...(blocking && { blocking }),
  };
}

const [one, two, three] = [connection(1), connection(2), connection(3)];
const waiting = (
  waiter: HostConnection,
  holder: HostConnection,
  waitedMs = 1,
  id = `of ${waiter.client}`,
) => ({
  waiter,
  holder,
  statement: { id, waitedMs },
});

describe('watching who waits', () => {
  it('counts in how many samples one was seen to wait for another', async () => {
    const answers: Blocking[][] = [[waiting(one, two)], [waiting(one, two), waiting(three, two)]];
    let asked = 0;
    const rest = watchWaits(
      [one, two, three],
      new Map([['postgres', namespace(() => Promise.resolve(answers[asked++] ?? []))]]),
    );
    while (asked < 4) await wait(2);
    expect((await rest())?.pairs).toEqual([
      { waiter: 1, holder: 2, samples: 2 },
      { waiter: 3, holder: 2, samples: 1 },
    ]);
  });

  it('tells of each statement once, with the longest that it was seen to have waited', async () => {
    const answers: Blocking[][] = [
      // It waits for two at once, in the second sample for another lock, and a second statement follows.
      [waiting(one, two, 4), waiting(one, three, 4)],
      [waiting(one, two, 9)],
      [waiting(one, two, 2)],
      [waiting(one, two, 0.5, 'the next of 1')],
    ];
    let asked = 0;
    const rest = watchWaits(
      [one, two, three],
      new Map([['postgres', namespace(() => Promise.resolve(answers[asked++] ?? []))]]),
    );
    while (asked < 5) await wait(2);
    expect((await rest())?.lockWaitsNs).toEqual([9e6, 0.5e6]);
  });

  it('tells nothing, rather than that nobody waited, where no store can tell', async () => {
    expect(await watchWaits([one, two], new Map([['memory', namespace()]]))()).toBeUndefined();
  });

  it('asks no more once it is told to rest, and rests only after the last answer', async () => {
    let asked = 0;
    let answered = 0;
    const slow = async (): Promise<readonly Blocking[]> => {
      asked += 1;
      await wait(20);
      answered += 1;
      return [];
    };
    const rest = watchWaits([one, two], new Map([['postgres', namespace(slow)]]));
    while (asked < 1) await wait(1);
    await rest();
    expect(answered).toBe(asked);
    const then = asked;
    await wait(30);
    expect(asked).toBe(then);
    await rest();
  });

  it('asks each store for its own connections only, and none of which there is just one', async () => {
    const asked = new Set<string>();
    const tells = (store: string) =>
      namespace((connections) => {
        asked.add(`${store} ${connections.map(({ client }) => client).join(' ')}`);
        return Promise.resolve([]);
      });
    const rest = watchWaits(
      [one, two, connection(1, 'redis')],
      new Map([
        ['postgres', tells('postgres')],
        ['redis', tells('redis')],
        ['memory', namespace()],
      ]),
    );
    while (asked.size < 1) await wait(1);
    await wait(15);
    await rest();
    expect([...asked]).toEqual(['postgres 1 2']);
  });

  it('sees nothing more of a store that does not answer, and says nothing of it', async () => {
    let asked = 0;
    const rest = watchWaits(
      [one, two],
      new Map([
        [
          'postgres',
          namespace(() => {
            asked += 1;
            return Promise.reject(new Error('the server is gone'));
          }),
        ],
      ]),
    );
    while (asked < 1) await wait(1);
    await wait(30);
    expect(await rest()).toEqual({ pairs: [], lockWaitsNs: [] });
    expect(asked).toBe(1);
  });
});
