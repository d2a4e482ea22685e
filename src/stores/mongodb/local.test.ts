import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MongoClient, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotHappened } from '../../core/context.js';
import { openRelay } from '../../engine/relay.js';
import { openReaper } from '../../process/reaper.js';
import { meeting, openSlot, rejection, spanOf, type TestSlot } from '../slots.fixture.js';
import type { StoreNamespace, StoreServer } from '../store.js';
import { whyMissing } from '../why-missing.fixture.js';
import { connectMongodb, inTransaction, isDuplicateKey, retrying, type MongoConnection } from './connect.js';
import { isProgrammingError } from './errors.js';
import { openMongodb } from './server.js';
import { createWireReader } from './wire-reader.js';

const missing = whyMissing('mongodb');
const reaper = openReaper();
afterAll(() => reaper.close());
const request = { url: undefined, allowRemote: false, runId: 'local', connections: 10, reaper };

interface Stock extends Document {
  readonly _id: number;
  readonly left: number;
}

interface TestClient extends TestSlot {
  readonly own: MongoConnection;
}

describe.skipIf(missing)(missing ?? 'a MongoDB of this run alone', { timeout: 60_000 }, () => {
  let server: StoreServer;
  let namespace: StoreNamespace;
  let first: TestClient;
  let second: TestClient;

  beforeAll(async () => {
    server = await openMongodb(request);
    namespace = await server.namespace();
    first = await openClient(0);
    second = await openClient(1);
    await stockOf(first).insertOne({ _id: 1, left: 5 });
  });
  beforeEach(async () => {
    await stockOf(first).replaceOne({ _id: 1 }, { left: 5 });
  });
  afterAll(async () => {
    await first?.own.close();
    await second?.own.close();
    await server?.stop();
  });

  const stockOf = ({ own }: Pick<TestClient, 'own'>) => own.db.collection<Stock>('stock');
  const left = async () => (await stockOf(first).findOne({ _id: 1 }))?.left;

  async function openClient(client: number): Promise<TestClient> {
    const test = openSlot(namespace.address, client);
    return { ...test, own: await connectMongodb(test.slot.context) };
  }

  /** A client that nobody needs afterwards. */
  async function withClient<T>(client: number, work: (one: TestClient) => Promise<T>): Promise<T> {
    const one = await openClient(client);
    try {
      return await work(one);
    } finally {
      one.slot.destroy();
      await one.own.close();
    }
  }

  it('says which server it really is, and what could change a result', () => {
    expect(server.description).toMatch(
      /^(MongoDB \d+\.\d+\.\d+|SecantusDB \S+ \(speaks MongoDB \d+\.\d+\.\d+\)), local$/,
    );
    expect(server.environment).toMatchObject({
      product: server.description.split(' ')[0],
      topology: 'replica set',
      transactions: 'yes',
      server: 'local',
    });
    expect(server.lacks).toBeUndefined();
    expect('leftovers' in server).toBe(false);
  });

  it('gives namespaces that do not see each other, and are gone when they are dropped', async () => {
    const other = await server.namespace();
    expect(other.address.namespace).not.toBe(namespace.address.namespace);
    const test = openSlot(other.address);
    const own = await connectMongodb(test.slot.context);
    expect(await own.db.collection('stock').countDocuments()).toBe(0);
    await own.db.collection('stock').insertOne({ left: 1 });
    await other.drop();
    expect(await own.db.collection('stock').countDocuments()).toBe(0);
    expect(await left()).toBe(5);
    await own.close();
  });

  it('is sent what a client asks for and no more: no heartbeat, no retry, nothing twice', async () => {
    const direct = new MongoClient(
      `mongodb://127.0.0.1:${namespace.address.port}/?directConnection=true&serverMonitoringMode=poll&heartbeatFrequencyMS=100000`,
    );
    const requests = async () => {
      const { network } = await direct.db('admin').command({ serverStatus: 1 });
      return (network as { numRequests: number }).numRequests;
    };
    await requests();
    const look = await requests();
    const before = await requests();
    const span = await spanOf(first, async () => {
      await stockOf(first).findOne({ _id: 1 });
      await stockOf(first).updateOne({ _id: 1 }, { $inc: { left: -1 } });
      await rejection(stockOf(first).insertOne({ _id: 1, left: 0 }));
      await inTransaction(first.own, first.slot.context, (session) =>
        stockOf(first).findOne({ _id: 1 }, { session }),
      );
      // Longer than a driver's shortest time between two heartbeats.
      await new Promise((resolve) => setTimeout(resolve, 700));
    });
    // A find and a commit in the transaction.
    expect(span?.requests).toBe(5);
    // The question itself is one too.
    expect((await requests()) - before).toBe(5 + (before - look));
    await direct.close();
  });

  it('shows that two clients overlap, and that two calls on one client do not', async () => {
    const [one, other] = await Promise.all(
      [first, second].map((client) =>
        spanOf(client, () => stockOf(client).updateOne({ _id: 1 }, { $inc: { left: 1 } })),
      ),
    );
    expect(one!.firstRequestNs).toBeLessThan(other!.lastAnswerNs);
    expect(other!.firstRequestNs).toBeLessThan(one!.lastAnswerNs);

    // The same through one client: the driver keeps the second call back until the first is answered.
    const order: string[] = [];
    const traffic = {
      sent: () => order.push('sent'),
      received: () => order.push('received'),
      connected: () => undefined,
    };
    const relay = await openRelay(namespace.address, () => traffic, { readerOf: createWireReader });
    const { host, port } = relay;
    const shared = await connectMongodb({
      ...first.slot.context,
      relay: () => Promise.resolve({ ...namespace.address, host, port }),
    });
    order.length = 0;
    const stock = shared.db.collection<Stock>('stock');
    await Promise.all([1, 2, 3].map(() => stock.updateOne({ _id: 1 }, { $inc: { left: 1 } })));
    expect(order).toEqual(['sent', 'received', 'sent', 'received', 'sent', 'received']);
    await shared.close();
    relay.destroy();
  });

  describe('a transaction', () => {
    const take = (client: TestClient, found?: () => Promise<void>) =>
      inTransaction(client.own, client.slot.context, async (session) => {
        const stock = await stockOf(client).findOne({ _id: 1 }, { session });
        await found?.();
        await stockOf(client).updateOne({ _id: 1 }, { $set: { left: stock!.left - 1 } }, { session });
        return 'taken';
      });

    it('of two that write one document certainly did not happen, and is counted', async () => {
      const counted = { ...first.counts, ...second.counts };
      expect(counted['conflict']).toBeUndefined();
      const haveFound = meeting(2);
      const ended = await Promise.allSettled([take(first, haveFound), take(second, haveFound)]);
      const failed = ended.filter((one) => one.status === 'rejected');
      expect(failed).toHaveLength(1);
      expect(failed[0]?.reason).toBeInstanceOf(NotHappened);
      expect(failed[0]?.reason).toMatchObject({ code: '112' });
      const conflicts = (first.counts['conflict'] ?? 0) + (second.counts['conflict'] ?? 0);
      const rollbacks = (first.counts['rollback'] ?? 0) + (second.counts['rollback'] ?? 0);
      expect({ conflicts, rollbacks }).toEqual({ conflicts: 1, rollbacks: 1 });
      expect(await left()).toBe(4);
    });

    it('sells every unit once when it is tried again', async () => {
      const sell = (client: TestClient) => retrying(client.slot.context, 50, () => take(client));
      for (const expected of [3, 1]) {
        await Promise.all([sell(first), sell(second)]);
        expect(await left()).toBe(expected);
      }
    });

    it('is gone with an error of the body’s own, or of the server, and says which it was', async () => {
      class Refused extends Error {}
      const refused = new Refused('sold out');
      const write = (error: () => unknown) =>
        rejection(
          inTransaction(first.own, first.slot.context, async (session) => {
            await stockOf(first).updateOne({ _id: 1 }, { $set: { left: 0 } }, { session });
            await error();
          }),
        );
      expect(await write(() => Promise.reject(refused))).toBe(refused);

      const duplicate = await write(() => stockOf(second).insertOne({ _id: 1, left: 0 }));
      expect(duplicate).toBeInstanceOf(NotHappened);
      expect(duplicate).toMatchObject({ code: '11000' });

      const wrong = await write(() => stockOf(second).updateOne({ _id: 1 }, { $sett: { left: 0 } }));
      expect(wrong).not.toBeInstanceOf(NotHappened);
      expect(isProgrammingError(wrong)).toBe(true);
      expect(await left()).toBe(5);
      expect(await namespace.openTransactions(first.connections())).toEqual([]);
    });

    it('that is left open is found, and ended at the server', async () => {
      await withClient(2, async (third) => {
        const session = third.own.client.startSession();
        session.startTransaction();
        await stockOf(third).updateOne({ _id: 1 }, { $set: { left: 99 } }, { session });
        const connections = [...first.connections(), ...third.connections()];
        expect(await namespace.openTransactions(connections)).toEqual([
          { client: 2, process: 2, state: expect.any(String) as string, lastStatement: 'update stock' },
        ]);
        // What waits for it goes on as soon as it is ended, and not before.
        let answered = false;
        const waiting = stockOf(first)
          .updateOne({ _id: 1 }, { $inc: { left: 1 } })
          .then(() => (answered = true));
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(answered).toBe(false);
        expect(await namespace.endSessions(third.connections())).toEqual([]);
        await waiting;
        expect(await left()).toBe(6);
        expect(await rejection(session.commitTransaction())).toBeInstanceOf(Error);
        expect(await left()).toBe(6);
      });
    });

    it('that had no answer is ended with its connection, and nothing of it comes later', async () => {
      await withClient(3, async (third) => {
        const session = third.own.client.startSession();
        session.startTransaction();
        await stockOf(third).updateOne({ _id: 1 }, { $set: { left: 99 } }, { session });
        const committed = session.commitTransaction();
        third.slot.destroy();
        expect(await rejection(committed)).not.toBeInstanceOf(NotHappened);
        expect(await namespace.endSessions(third.connections(true))).toEqual([]);
        const then = await left();
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(await left()).toBe(then);
      });
    });
  });

  it('tells a duplicate key and a wrong command from each other', async () => {
    const duplicate = await rejection(stockOf(first).insertOne({ _id: 1, left: 0 }));
    expect(isDuplicateKey(duplicate)).toBe(true);
    expect(isProgrammingError(duplicate)).toBe(false);
    for (const command of [
      { findd: 'stock' },
      { find: 'stock', filter: 'all' },
      { aggregate: 'stock', pipeline: [{ $mach: {} }], cursor: {} },
    ]) {
      expect(isProgrammingError(await rejection(first.own.db.command(command)))).toBe(true);
    }
  });

  it('does not connect again behind a client’s back when its connection was lost', async () => {
    await withClient(4, async (third) => {
      expect(await namespace.endSessions(third.connections(true))).toEqual([]);
      const error = await rejection(stockOf(third).findOne({ _id: 1 }));
      expect(error).not.toBeInstanceOf(NotHappened);
      expect(isProgrammingError(error)).toBe(false);
      expect(await rejection(stockOf(third).findOne({ _id: 1 }))).toBeInstanceOf(Error);
      expect(third.connections()).toHaveLength(1);
    });
  });
});

describe.skipIf(missing)('the life of a MongoDB of this run', { timeout: 60_000 }, () => {
  it('ends with stop: no process, no folder, and its log where it was asked for', async () => {
    const [temporary, kept] = ['tmp', 'log'].map((name) =>
      fs.mkdtempSync(path.join(os.tmpdir(), `mongo-${name}-`)),
    );
    vi.stubEnv('TMPDIR', temporary);
    const server = await openMongodb(request);
    vi.unstubAllEnvs();
    expect(fs.readdirSync(temporary!)).toHaveLength(1);
    const log = path.join(kept!, 'below', 'mongodb.log');
    await server.stop(log);
    expect(fs.readdirSync(temporary!)).toEqual([]);
    expect(fs.existsSync(log)).toBe(true);
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await server.stop(log);
    for (const folder of [temporary!, kept!]) fs.rmSync(folder, { recursive: true });
  });

  it('is noticed to be over when somebody kills it, by clients at once', async () => {
    const server = await openMongodb(request);
    const { address } = await server.namespace();
    const { slot } = openSlot(address);
    const own = await connectMongodb(slot.context);
    const pid = processOf(address.port);
    process.kill(pid, 'SIGKILL');
    const before = performance.now();
    expect(await rejection(own.db.collection('stock').insertOne({ left: 1 }))).not.toBeInstanceOf(
      NotHappened,
    );
    // A driver that looks for another server does so for 30 s.
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(await server.trouble()).toMatchObject({
      isGone: true,
      words: expect.stringContaining('SIGKILL') as string,
    });
    await server.stop();
    slot.destroy();
    await own.close();
  });
});

function processOf(port: number): number {
  const found = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('--port') && words.includes(String(port));
      } catch {
        return false;
      }
    });
  return Number(found);
}
