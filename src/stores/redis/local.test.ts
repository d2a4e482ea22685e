import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotHappened } from '../../core/context.js';
import { openReaper } from '../../process/reaper.js';
import { openSlot, rejection, spanOf, type TestSlot } from '../slots.fixture.js';
import type { StoreNamespace, StoreServer } from '../store.js';
import { whyMissing } from '../why-missing.fixture.js';
import { connectRedis, notHappened, script, type Redis } from './connect.js';
import { isProgrammingError } from './errors.js';
import { openRedis } from './server.js';

const missing = whyMissing('redis');
const reaper = openReaper();
afterAll(() => reaper.close());
const request = { url: undefined, allowRemote: false, runId: 'local', connections: 10, reaper };

interface TestClient extends TestSlot {
  readonly redis: Redis;
}

async function openClient({ address }: StoreNamespace, client: number): Promise<TestClient> {
  const test = openSlot(address, client);
  return { ...test, redis: await connectRedis(test.slot.context) };
}

describe.skipIf(missing)(missing ?? 'a Redis of this run alone', () => {
  let server: StoreServer;
  let namespace: StoreNamespace;
  let first: TestClient;
  let second: TestClient;

  beforeAll(async () => {
    server = await openRedis(request);
    namespace = await server.namespace();
    first = await openClient(namespace, 0);
    second = await openClient(namespace, 1);
  });
  beforeEach(async () => {
    await first.redis.set('left', 5);
  });
  afterAll(async () => {
    first?.redis.disconnect();
    second?.redis.disconnect();
    await server?.stop();
  });

  it('is a real server, and says what could change a result', () => {
    expect(server.description).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+, local$/);
    expect(server.environment).toMatchObject({ mode: 'standalone', appendOnly: 'off', server: 'local' });
  });

  it('lets nobody in without the password of this run', async () => {
    const { address } = namespace;
    const attempt = (password: string) => connectRedis(openSlot({ ...address, password }).slot.context);
    expect(await rejection(attempt('guessed'))).toMatchObject({
      message: expect.stringContaining('WRONGPASS') as string,
    });
    expect(await rejection(attempt(''))).toMatchObject({
      message: expect.stringContaining('NOAUTH') as string,
    });
  });

  it('gives namespaces that do not see each other; one that is dropped takes all its keys with it', async () => {
    const other = await server.namespace();
    const { redis } = await openClient(other, 2);
    expect(await redis.get('left')).toBeNull();
    await redis.mset(Object.fromEntries(Array.from({ length: 2_500 }, (_, key) => [`key ${key}`, key])));
    await redis.set('left', 1);
    await other.drop();
    expect(await redis.exists('left', 'key 0', 'key 2499')).toBe(0);
    expect(await first.redis.get('left')).toBe('5');
    redis.disconnect();
  });

  it('is sent what a client asks for and no more', async () => {
    const commands = async () => {
      const [, count] = /total_commands_processed:(\d+)/.exec(await second.redis.info('stats')) ?? [];
      return Number(count);
    };
    await commands();
    const look = await commands();
    const before = await commands();
    const span = await spanOf(first, async () => {
      await first.redis.get('left');
      await first.redis.incr('left');
      await rejection(first.redis.lpush('left', 1));
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    expect(span?.requests).toBe(3);
    // The question itself is one too.
    expect((await commands()) - before).toBe(3 + (before - look));
  });

  it('is sent a script by its digest, and whole only when it does not know it', async () => {
    const take = script(`
      local left = tonumber(redis.call('GET', KEYS[1]))
      if left < tonumber(ARGV[1]) then return -1 end
      return redis.call('DECRBY', KEYS[1], ARGV[1])`);
    const runs = () => spanOf(first, () => take(first.redis, ['left'], 2));
    expect((await runs())?.requests).toBe(2);
    expect((await runs())?.requests).toBe(1);
    expect(await take(first.redis, ['left'], 2)).toBe(-1);
    await first.redis.script('FLUSH');
    await take.load(first.redis);
    expect((await runs())?.requests).toBe(1);
    expect(await first.redis.get('left')).toBe('1');
  });

  it('shows that two clients overlap', async () => {
    const [one, other] = await Promise.all(
      [first, second].map((client) => spanOf(client, () => client.redis.incr('left'))),
    );
    expect(one!.firstRequestNs).toBeLessThan(other!.lastAnswerNs);
    expect(other!.firstRequestNs).toBeLessThan(one!.lastAnswerNs);
  });

  it('shows a MULTI that was left open, and ends it', async () => {
    const third = await openClient(namespace, 3);
    await third.redis.multi({ pipeline: false });
    await third.redis.set('left', 99);
    const connections = [...first.connections(), ...third.connections()];
    expect(await namespace.openTransactions(connections)).toEqual([
      { client: 3, process: 3, state: 'in MULTI with 1 command(s) queued', lastStatement: 'set' },
    ]);
    expect(await namespace.endSessions(third.connections())).toEqual([]);
    expect(await namespace.openTransactions(connections)).toEqual([]);
    expect(await rejection(third.redis.exec())).toBeInstanceOf(Error);
    expect(await first.redis.get('left')).toBe('5');
  });

  it('neither connects again behind a client’s back nor sends anything twice when its connection was lost', async () => {
    const third = await openClient(namespace, 4);
    const lost = rejection(third.redis.blpop('nothing', 0));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await namespace.endSessions(third.connections(true))).toEqual([]);
    const error = await lost;
    expect(error).not.toBeInstanceOf(NotHappened);
    expect(notHappened(error)).toBeUndefined();
    expect(await rejection(third.redis.set('left', 99))).toBeInstanceOf(Error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await first.redis.get('left')).toBe('5');
    expect(third.connections()).toHaveLength(1);
  });

  it('takes a wrong command for a mistake, and a refusal to begin for what did not happen', async () => {
    const wrong = [
      first.redis.call('GETT', 'left'),
      first.redis.lpush('left', 1),
      first.redis.eval('return nonsense(', 0),
      first.redis.call('GET', 'left', 'right'),
    ];
    for (const one of wrong) {
      const error = await rejection(one);
      expect(isProgrammingError(error)).toBe(true);
      expect(notHappened(error)).toBeUndefined();
    }
    await first.redis.config('SET', 'maxmemory', '1');
    const refused = await rejection(first.redis.set('left', 6));
    await first.redis.config('SET', 'maxmemory', '0');
    expect(isProgrammingError(refused)).toBe(false);
    expect(notHappened(refused)).toMatchObject({ name: 'NotHappened', code: 'OOM' });
    expect(isProgrammingError(new TypeError('no reply'))).toBe(false);
  });
});

describe.skipIf(missing)(missing ?? 'the life of a Redis of this run', () => {
  it('ends with stop: no process, no folder, and its log where it was asked for', async () => {
    const [temporary, kept] = ['tmp', 'log'].map((name) =>
      fs.mkdtempSync(path.join(os.tmpdir(), `redis-${name}-`)),
    );
    vi.stubEnv('TMPDIR', temporary);
    const server = await openRedis(request);
    vi.unstubAllEnvs();
    expect(fs.readdirSync(temporary!)).toHaveLength(1);
    const log = path.join(kept!, 'below', 'redis.log');
    await server.stop(log);
    expect(fs.readdirSync(temporary!)).toEqual([]);
    expect(fs.readFileSync(log, 'utf8')).toContain('Ready to accept connections');
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await server.stop(log);
    for (const folder of [temporary!, kept!]) fs.rmSync(folder, { recursive: true });
  });

  it('is noticed to be over when it ends, by clients at once', async () => {
    const server = await openRedis(request);
    const { redis } = await openClient(await server.namespace(), 0);
    const lost = rejection(redis.blpop('nothing', 0));
    const other = await openClient(await server.namespace(), 1);
    await rejection(other.redis.shutdown('NOSAVE'));
    expect(await lost).not.toBeInstanceOf(NotHappened);
    expect(await server.trouble()).toMatchObject({ isGone: true });
    await server.stop();
  });
});
