import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReaper } from '../../process/reaper.js';
import { canMakeCertificates, makeCertificate } from '../certificate.fixture.js';
import { runName } from '../run-name.js';
import { openSlot, rejection, spanOf, until } from '../slots.fixture.js';
import { StoreUnavailable } from '../store.js';
import { whyMissing } from '../why-missing.fixture.js';
import { connectMongodb } from './connect.js';
import { ADMIN, startGiven, type GivenServer } from './mongo-server.fixture.js';
import { openMongodb } from './server.js';

const missing = whyMissing('mongodb');
const reaper = openReaper();
afterAll(() => reaper.close());

const open = (url: string, more: { keepLeftovers?: boolean; connections?: number; runId?: string } = {}) =>
  openMongodb({ url, allowRemote: false, runId: 'byurl', connections: 3, reaper, ...more });

async function refused(url: string, more: { connections?: number } = {}): Promise<StoreUnavailable> {
  const error = await rejection(open(url, more));
  expect(error).toBeInstanceOf(StoreUnavailable);
  const { message, remedy } = error as StoreUnavailable;
  expect(`${message} ${remedy}`).not.toContain(ADMIN.password);
  expect(`${message} ${remedy}`).not.toContain(encodeURIComponent(ADMIN.password));
  return error as StoreUnavailable;
}

const quoted = (user: string, password: string) =>
  `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;

describe('a MongoDB URL', () => {
  it('that leads to another machine needs --allow-remote', async () => {
    const { message, remedy } = await refused('mongodb://a:secret@10.0.0.1/');
    expect(message).toContain('10.0.0.1');
    expect(remedy).toContain('--allow-remote');
  });

  it('is told everything that is wrong with it at once', async () => {
    const { message } = await refused(
      'mongo://:50%@h/?tls=perhaps&authMechanism=MONGODB-X509&readPreference=secondary',
    );
    for (const part of ['mongo:', 'password', 'perhaps', 'MONGODB-X509', 'readPreference']) {
      expect(message).toContain(part);
    }
  });

  it.each(['mongodb://h1:1,h2:2/', 'mongodb+srv://cluster.example.com/', 'mongodb://u:p#w@h/', 'nonsense'])(
    'is refused as %s, with an example',
    async (url) => {
      expect((await refused(url)).remedy).toContain('mongodb://user:<password>@127.0.0.1:27017/');
    },
  );

  it('where nothing listens is known to lead nowhere at once', async () => {
    const before = performance.now();
    const { message, remedy } = await refused('mongodb://127.0.0.1:1');
    expect(message).toBe('Nothing listens at 127.0.0.1:1.');
    expect(remedy).toContain('Start the server');
    // A driver that looks for a server does so for 30 s.
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});

describe.skipIf(missing)(missing ?? 'a MongoDB that stands alone', { timeout: 60_000 }, () => {
  let given: GivenServer;
  let direct: MongoClient;
  beforeAll(async () => {
    given = await startGiven(reaper);
    direct = new MongoClient(`${given.url}?directConnection=true`);
  });
  afterAll(async () => {
    await direct?.close();
    await given?.server.stop();
  });

  const databases = async () => (await direct.db().admin().listDatabases()).databases.map(({ name }) => name);

  it('is used for what needs no transaction, and says what it lacks', async () => {
    const server = await open(given.url);
    expect(server.description).toMatch(new RegExp(` at 127.0.0.1:${given.server.port}$`));
    expect(server.environment).toMatchObject({
      topology: 'standalone',
      transactions: 'no',
      server: 'by URL',
    });
    expect(server.lacks?.transactions?.reason).toContain('replica set');
    await server.stop();
  });

  it('holds a database of the run while it lasts, and nothing of it afterwards; nothing else is touched', async () => {
    await direct.db('race_check_mine').collection('kept').insertOne({ x: 1 });
    const server = await open(given.url);
    const namespace = await server.namespace();
    const own = await connectMongodb(openSlot(namespace.address).slot.context);
    await own.db.collection('stock').insertOne({ left: 1 });
    expect(await databases()).toContain(namespace.address.namespace);
    await own.close();
    await server.stop();
    expect(await databases()).not.toContain(namespace.address.namespace);
    expect(await direct.db('race_check_mine').collection('kept').countDocuments()).toBe(1);
    await direct.db('race_check_mine').dropDatabase();
  });

  it('is rid of what a killed run of this machine left, and of nothing that a living one uses', async () => {
    const { prefix, host, pid } = runName('other');
    const dead = `race_check_abc_${host}_${pid}_00000000_1`;
    const elsewhere = `race_check_abc_00000000_${pid}_00000000_1`;
    const living = `${prefix}_1`;
    for (const name of [dead, elsewhere, living]) await direct.db(name).collection('c').insertOne({ x: 1 });

    const looking = await open(given.url, { keepLeftovers: true });
    const found = new Map((await looking.leftovers!()).map(({ namespace, run }) => [namespace, run]));
    expect(found).toEqual(
      new Map([
        [dead, 'dead'],
        [elsewhere, 'unknown'],
        [living, 'alive'],
      ]),
    );
    await looking.stop();
    expect(await databases()).toContain(dead);

    // A run that still holds its connection lives, whatever its process's number tells.
    const alive = new MongoClient(given.url, {
      directConnection: true,
      appName: `race-check ${dead.slice(0, -2)}`,
    });
    await alive.db().command({ ping: 1 });
    await (await open(given.url)).stop();
    expect(await databases()).toContain(dead);
    await alive.close();

    // The server may take a moment to see that the connection is gone.
    const isRemoved = async () => {
      await (await open(given.url)).stop();
      return !(await databases()).includes(dead);
    };
    expect(await until(isRemoved)).toBe(true);
    expect(await databases()).toEqual(expect.arrayContaining([elsewhere, living]));
    for (const name of [elsewhere, living]) await direct.db(name).dropDatabase();
  });

  it('that takes too few connections for the clients is refused before the run', async () => {
    const { message, remedy } = await refused(given.url, { connections: 1_000_000 });
    expect(message).toContain('2,000,004 connections');
    expect(remedy).toContain('fewer clients');
  });
});

describe.skipIf(missing)(missing ?? 'a MongoDB with a log-in', { timeout: 60_000 }, () => {
  let given: GivenServer;
  beforeAll(async () => {
    given = await startGiven(reaper, { auth: true });
  });
  afterAll(() => given?.server.stop());
  const urlOf = (login: string) => given.url.replace('//', `//${login}`);

  it('lets a run in by its URL, its clients as well', async () => {
    const server = await open(`${urlOf(quoted(ADMIN.user, ADMIN.password))}?authSource=admin`);
    const { address } = await server.namespace();
    const test = openSlot(address);
    const own = await connectMongodb(test.slot.context);
    const span = await spanOf(test, () => own.db.collection('stock').insertOne({ left: 1 }));
    expect(span?.requests).toBe(1);
    await own.close();
    await server.stop();
  });

  it.each([
    ['a wrong password', quoted(ADMIN.user, 'guessed'), /refused the user "an@admin"/, /password/],
    ['no user', '', /asks for a user/, /mongodb:\/\/user:<password>@host/],
    ['a user who may not write', quoted('reader', 'reads'), /lacks a right/, /Grant/],
  ])('says so of %s', async (_, login, message, remedy) => {
    const error = await refused(urlOf(login));
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });
});

describe.skipIf(missing ?? !canMakeCertificates)(
  missing ?? 'an encrypted MongoDB',
  { timeout: 60_000 },
  () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mongo-tls-'));
    let given: GivenServer;
    beforeAll(async () => {
      const { cert, key, both } = makeCertificate(folder);
      given = await startGiven(reaper, { tls: { cert, key, both } });
    });
    afterAll(async () => {
      await given?.server.stop();
      fs.rmSync(folder, { recursive: true });
    });

    it('is not trusted without a certificate that somebody vouches for', async () => {
      const { message, remedy } = await refused(`${given.url}?tls=true`);
      expect(message).toContain('certificate');
      expect(remedy).toContain('tlsAllowInvalidCertificates');
    });

    it('is talked to in secret, and requests are counted all the same', async () => {
      const server = await open(`${given.url}?tls=true&tlsAllowInvalidCertificates=true`);
      const { address } = await server.namespace();
      expect(address.tls).toBe('no-verify');
      const test = openSlot(address);
      const own = await connectMongodb(test.slot.context);
      const span = await spanOf(test, async () => {
        await own.db.collection('stock').insertOne({ left: 1 });
        await own.db.collection('stock').findOne({});
      });
      expect(span?.requests).toBe(2);
      await own.close();
      await server.stop();
    });
  },
);
