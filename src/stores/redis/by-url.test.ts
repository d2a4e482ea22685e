import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../process/find-program.js';
import { openReaper } from '../../process/reaper.js';
import { canMakeCertificates, makeCertificate } from '../certificate.fixture.js';
import { startOwnServer, type OwnServer } from '../own-server.js';
import { runName } from '../run-name.js';
import { openSlot, rejection, spanOf, until } from '../slots.fixture.js';
import { StoreUnavailable } from '../store.js';
import { whyMissing } from '../why-missing.fixture.js';
import { connectRedis } from './connect.js';
import { openRedis } from './server.js';

const missing = whyMissing('redis');
const PASSWORD = 'p:w/%d';
const reaper = openReaper();
afterAll(() => reaper.close());

const open = (url: string, more: { keepLeftovers?: boolean; connections?: number; runId?: string } = {}) =>
  openRedis({ url, allowRemote: false, runId: 'byurl', connections: 3, reaper, ...more });

async function refused(url: string, more: { connections?: number } = {}): Promise<StoreUnavailable> {
  const error = await rejection(open(url, more));
  expect(error).toBeInstanceOf(StoreUnavailable);
  const { message, remedy } = error as StoreUnavailable;
  expect(`${message} ${remedy}`).not.toContain(PASSWORD);
  expect(`${message} ${remedy}`).not.toContain(encodeURIComponent(PASSWORD));
  return error as StoreUnavailable;
}

/** A server that somebody else runs. */
function startGiven(...args: string[]): Promise<OwnServer> {
  return startOwnServer({
    ...{ store: 'redis', product: 'Redis', urlFlag: '--redis-url', reaper },
    program: findProgram('redis-server') ?? findProgram('valkey-server') ?? '',
    prepare: (_folder, port) => [
      '--port',
      args.includes('--tls-port') ? '0' : String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      ...args.map((one) => one.replace('PORT', String(port))),
    ],
  });
}

describe('a Redis URL', () => {
  it('that leads to another machine needs --allow-remote', async () => {
    const { message, remedy } = await refused('redis://:secret@cache.example.com/');
    expect(message).toContain('cache.example.com');
    expect(remedy).toContain('--allow-remote');
  });

  it('is told everything that is wrong with it at once', async () => {
    const { message } = await refused('http://:50%@h/one?tls=maybe&family=6');
    for (const part of ['http:', 'password', '"one"', 'maybe', 'family']) expect(message).toContain(part);
  });

  it('where nothing listens is known to lead nowhere', async () => {
    const { message, remedy } = await refused('redis://127.0.0.1:1');
    expect(message).toBe('Nothing listens at 127.0.0.1:1.');
    expect(remedy).toContain('Start the server');
  });
});

describe.skipIf(missing)(missing ?? 'a Redis that the user names', () => {
  let given: OwnServer;
  let url: string;
  let direct: Redis;
  beforeAll(async () => {
    given = await startGiven('--requirepass', PASSWORD);
    url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${given.port}/3`;
    direct = new Redis({ port: given.port, password: PASSWORD, db: 3 });
  });
  afterAll(async () => {
    direct?.disconnect();
    await given?.stop();
  });

  it('holds keys of the run while it lasts, in the database of the URL, and nothing of it afterwards; no other key is touched', async () => {
    await direct.set('race-check-of-mine', 1);
    const server = await open(url);
    expect(server.description).toMatch(new RegExp(` at 127.0.0.1:${given.port}$`));
    expect(server.environment).toMatchObject({ server: 'by URL', clientPorts: 'visible' });
    const { address } = await server.namespace();
    const redis = await connectRedis(openSlot(address).slot.context);
    await redis.set('left', 1);
    expect((await direct.keys('*')).sort()).toEqual(
      ['race-check-of-mine', `${address.namespace}left`].sort(),
    );
    redis.disconnect();
    await server.stop();
    expect(await direct.keys('*')).toEqual(['race-check-of-mine']);
    await direct.flushdb();
  });

  it('is rid of what a killed run of this machine left, and of nothing that a living one uses', async () => {
    const { prefix, host, pid } = runName('other');
    const dead = `race-check:abc_${host}_${pid}_00000000_1:`;
    const elsewhere = `race-check:abc_00000000_${pid}_00000000_1:`;
    const living = `race-check:${prefix.slice('race_check_'.length)}_1:`;
    for (const name of [dead, elsewhere, living]) await direct.set(`${name}left`, 1);

    const looking = await open(url, { keepLeftovers: true });
    const found = new Map((await looking.leftovers!()).map(({ namespace, run }) => [namespace, run]));
    expect(found).toEqual(
      new Map([
        [dead, 'dead'],
        [elsewhere, 'unknown'],
        [living, 'alive'],
      ]),
    );
    await looking.stop();
    expect(await direct.exists(`${dead}left`)).toBe(1);

    // A run that still holds its connection lives, whatever its process's number tells.
    const alive = new Redis({ port: given.port, password: PASSWORD, connectionName: dead.slice(0, -3) });
    await alive.ping();
    await (await open(url)).stop();
    expect(await direct.exists(`${dead}left`)).toBe(1);
    alive.disconnect();

    // The server may take a moment to see that the connection is gone.
    const isRemoved = async () => {
      await (await open(url)).stop();
      return (await direct.exists(`${dead}left`)) === 0;
    };
    expect(await until(isRemoved)).toBe(true);
    expect((await direct.keys('*')).sort()).toEqual([`${elsewhere}left`, `${living}left`].sort());
    await direct.flushdb();
  });

  it.each([
    ['a wrong password', ':guessed@', /refused the password/, /password/],
    ['no password', '', /asks for a password/, /redis:\/\/:<password>@host/],
  ])('says so of %s', async (_, login, message, remedy) => {
    const error = await refused(`redis://${login}127.0.0.1:${given.port}`);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });

  it('says so of a database that there is not, and of too few connections', async () => {
    expect((await refused(url.replace('/3', '/99'))).message).toContain('no database 99');
    expect((await refused(url, { connections: 1_000_000 })).message).toContain('maxclients');
  });

  it('lets in an ordinary user with the rights that are asked for, and names what is missing otherwise', async () => {
    await direct.call(
      'ACL',
      'SETUSER',
      'ann',
      'on',
      '>secret',
      '~race-check:*',
      '+@all',
      '-@dangerous',
      '+info',
      '+client',
      '+keys',
      '+scan',
    );
    const server = await open(`redis://ann:secret@127.0.0.1:${given.port}/3`);
    const redis = await connectRedis(openSlot((await server.namespace()).address).slot.context);
    await redis.set('left', 1);
    redis.disconnect();
    await server.stop();
    await direct.call('ACL', 'SETUSER', 'bob', 'on', '>secret', '~*', '+@read', '+@connection');
    const { message, remedy } = await refused(`redis://bob:secret@127.0.0.1:${given.port}/3`);
    expect(message).toContain('lacks a right');
    expect(remedy).toContain('ACL SETUSER');
  });

  it('that is part of a cluster, or a replica, or dies, is refused or says what it leaves', async () => {
    const cluster = await startGiven('--cluster-enabled', 'yes');
    expect((await refused(`redis://127.0.0.1:${cluster.port}`)).message).toContain('cluster');
    await cluster.stop();
    const replica = await startGiven('--replicaof', '127.0.0.1', '1');
    expect((await refused(`redis://127.0.0.1:${replica.port}`)).message).toContain('replica');
    await replica.stop();
    const dying = await startGiven();
    const server = await open(`redis://127.0.0.1:${dying.port}`);
    const namespace = await server.namespace();
    await dying.stop();
    expect(await server.trouble()).toMatchObject({ isGone: true });
    const connection = { client: 0, process: 0, localPort: 1 };
    expect(await namespace.endSessions([connection])).toEqual([connection]);
    await expect(server.stop()).rejects.toThrow(/Run by hand: redis-cli/);
    await expect(server.stop()).resolves.toBeUndefined();
  });
});

describe.skipIf(missing ?? !canMakeCertificates)(missing ?? 'an encrypted Redis', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'redis-tls-'));
  let given: OwnServer;
  beforeAll(async () => {
    const { cert, key } = makeCertificate(folder);
    given = await startGiven(
      '--tls-port',
      'PORT',
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-auth-clients',
      'no',
      '--tls-ca-cert-file',
      cert,
    );
  });
  afterAll(async () => {
    await given?.stop();
    fs.rmSync(folder, { recursive: true });
  });

  it('is not trusted without a certificate that somebody vouches for', async () => {
    const { message, remedy } = await refused(`rediss://127.0.0.1:${given.port}`);
    expect(message).toContain('certificate');
    expect(remedy).toContain('tls=no-verify');
    expect((await refused(`redis://127.0.0.1:${given.port}`)).remedy).toContain('rediss://');
  });

  it('is talked to in secret, and requests are counted all the same', async () => {
    const server = await open(`rediss://127.0.0.1:${given.port}?tls=no-verify`);
    const { address } = await server.namespace();
    const test = openSlot(address);
    const redis = await connectRedis(test.slot.context);
    const span = await spanOf(test, async () => {
      await redis.set('left', 1);
      await redis.get('left');
    });
    expect(span?.requests).toBe(2);
    redis.disconnect();
    await server.stop();
  });
});
