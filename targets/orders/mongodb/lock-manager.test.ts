import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotHappened, type ClientContext } from '../../../src/core/context.js';
import { openReaper } from '../../../src/process/reaper.js';
import { connectMongodb, type Collection } from '../../../src/stores/mongodb/connect.js';
import { openMongodb } from '../../../src/stores/mongodb/server.js';
import { openSlot, rejection } from '../../../src/stores/slots.fixture.js';
import type { StoreNamespace, StoreServer } from '../../../src/stores/store.js';
import { whyMissing } from '../../../src/stores/why-missing.fixture.js';
import {
  atomic,
  LockManager,
  type LockDocument,
  type LockTransaction,
  type LockType,
} from './lock-manager.js';

const missing = whyMissing('mongodb');
const reaper = openReaper();
afterAll(() => reaper.close());
const request = { url: undefined, allowRemote: false, runId: 'locks', connections: 20, reaper };
const CLIENTS = 8;
const LIMIT_MS = 60;
const EXPIRY_MS = 60_000;

describe.skipIf(missing)(missing ?? 'a lock manager on MongoDB', { timeout: 60_000 }, () => {
  let server: StoreServer;
  let namespace: StoreNamespace;
  let locks: Collection<LockDocument>;
  const managers: LockManager[] = [];
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await openMongodb(request);
    namespace = await server.namespace();
    for (let client = 0; client < CLIENTS; client += 1) {
      const { slot } = openSlot(namespace.address, client);
      const parameters = { limitMs: LIMIT_MS, retryMs: 5, expiryMs: EXPIRY_MS };
      const context: ClientContext = { ...slot.context, parameters };
      const connection = await connectMongodb(context);
      locks = connection.db.collection<LockDocument>('locks');
      managers.push(new LockManager(locks, context, atomic, (_id) => locks.deleteOne({ _id })));
      closing.push(() => connection.close());
    }
    await LockManager.prepare(locks, atomic);
  });
  beforeEach(async () => {
    await locks.deleteMany({});
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await server?.stop();
  });

  /** A transaction of this client, and what it holds. */
  async function holding(client: number, ...held: readonly [key: string, lockType: LockType][]) {
    const transaction = managers[client]!.begin();
    for (const [key, lockType] of held) await transaction.acquire(key, lockType);
    return transaction;
  }

  async function isGranted(transaction: LockTransaction, key: string, lockType: LockType): Promise<boolean> {
    try {
      await transaction.acquire(key, lockType);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(NotHappened);
      expect(error).toMatchObject({ code: 'lock-timeout' });
      return false;
    }
  }

  it.each([
    ['shared', 'shared', true],
    ['shared', 'exclusive', false],
    ['exclusive', 'shared', false],
    ['exclusive', 'exclusive', false],
  ] as const)('grants beside %s a lock that is %s: %s', async (existing, requested, granted) => {
    await holding(0, ['order:123', existing]);
    const other = await holding(1);
    expect(await isGranted(other, 'order:123', requested)).toBe(granted);
    expect(await isGranted(other, 'order:124', requested)).toBe(true);
  });

  it('says for how long somebody waited, and for what', async () => {
    await holding(0, ['order:123', 'exclusive']);
    const other = await holding(1);
    expect(await rejection(other.acquire('order:123', 'exclusive'))).toMatchObject({
      message: `Timeout: Could not acquire exclusive lock on order:123 after ${LIMIT_MS}ms`,
    });
  });

  it('lets one of many in who come at once', async () => {
    const all = await Promise.all(managers.map((_, client) => holding(client)));
    const granted = await Promise.all(all.map((one) => isGranted(one, 'order:1', 'exclusive')));
    expect(granted.filter(Boolean)).toHaveLength(1);
    expect(await locks.countDocuments({ status: 'active' })).toBe(1);
  });

  it('makes a shared lock exclusive for the only reader, and for no other', async () => {
    const reader = await holding(0, ['order:1', 'shared']);
    const other = await holding(1, ['order:1', 'shared']);
    expect(await isGranted(reader, 'order:1', 'exclusive')).toBe(false);
    await other.releaseAll();
    expect(await isGranted(reader, 'order:1', 'exclusive')).toBe(true);
    expect(await isGranted(await holding(2), 'order:1', 'shared')).toBe(false);
    expect(await locks.countDocuments({ status: 'active', lockType: 'exclusive' })).toBe(1);
  });

  it('keeps phase and status in the documents', async () => {
    const transaction = await holding(3, ['order:123', 'exclusive'], ['customer:John: Doe', 'shared']);
    const documents = await locks.find({}, { sort: { resourceType: -1 } }).toArray();
    const common = {
      transactionId: transaction.id,
      userId: 3,
      process: 3,
      phase: 'growing',
      status: 'active',
    };
    expect(documents).toMatchObject([
      { ...common, resourceType: 'order', resourceId: '123', lockType: 'exclusive' },
      { ...common, resourceType: 'customer', resourceId: 'John: Doe', lockType: 'shared' },
    ]);
    for (const { acquiredAt, expiresAt } of documents) {
      expect(expiresAt.getTime() - acquiredAt.getTime()).toBe(EXPIRY_MS);
    }
    await transaction.shrink();
    expect(await locks.distinct('phase')).toEqual(['shrinking']);
    await transaction.releaseAll();
    const released = await locks.find().toArray();
    expect(released.map(({ status, releasedAt }) => [status, releasedAt instanceof Date])).toEqual([
      ['released', true],
      ['released', true],
    ]);
    expect(await isGranted(await holding(4), 'order:123', 'exclusive')).toBe(true);
  });

  it('refuses to acquire once it shrinks, and once it has released', async () => {
    const shrinking = await holding(0, ['order:1', 'exclusive']);
    await shrinking.shrink();
    const error = await rejection(shrinking.acquire('order:2', 'shared'));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: `Transaction ${shrinking.id} is shrinking: it may acquire no more locks, and asked for shared on order:2.`,
    });
    await shrinking.releaseAll();
    expect(await rejection(shrinking.acquire('order:1', 'shared'))).toBeInstanceOf(TypeError);
  });

  it('lets the next one in when a lock has lapsed, and the first one releases nothing of it', async () => {
    const first = await holding(0, ['order:1', 'exclusive']);
    await managers[0]!.removeLapsed(`${first.id}/order:1`);
    const second = await holding(1, ['order:1', 'exclusive']);
    await first.releaseAll();
    expect(await locks.find({ status: 'active' }).toArray()).toMatchObject([{ transactionId: second.id }]);
  });

  it('does not make exclusive what has lapsed', async () => {
    const reader = await holding(0, ['order:1', 'shared']);
    await managers[0]!.removeLapsed(`${reader.id}/order:1`);
    expect(await rejection(reader.acquire('order:1', 'exclusive'))).toMatchObject({ code: 'lock-expired' });
    expect(await locks.countDocuments({ status: 'active' })).toBe(0);
  });

  it('has an index by which the server removes a lock whose time is up', async () => {
    const indexes = await locks.indexes();
    expect(indexes.find(({ key }) => 'expiresAt' in key)).toMatchObject({ expireAfterSeconds: 0 });
  });
});
