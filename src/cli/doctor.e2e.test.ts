import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findProgram } from '../process/find-program.js';
import { openReaper } from '../process/reaper.js';
import type { Diagnosis } from '../session/diagnose.js';
import { startOwnServer, type OwnServer } from '../stores/own-server.js';
import { runName } from '../stores/run-name.js';
import { whyMissing } from '../stores/why-missing.fixture.js';
import { it } from './fixtures/user-folder.fixture.js';

/** Somewhere without any server. */
const NOTHING = { PATH: '/nonexistent', HOME: '/nonexistent', MONGOMS_DOWNLOAD_MIRROR: 'http://127.0.0.1:9' };

describe('race-check doctor', { timeout: 120_000 }, () => {
  it('names each store and load engine, where it was found, and leaves nothing behind', async ({
    folder,
  }) => {
    const { code, stdout, stderr } = await folder.run(['doctor', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { stores, engines, defaultScenario } = JSON.parse(stdout) as Diagnosis;
    expect(stores.map(({ store }) => store)).toEqual(['memory', 'postgres', 'mongodb', 'redis', 'file']);
    expect(stores.find(({ store }) => store === 'postgres')).toMatchObject({
      found: true,
      description: expect.stringMatching(/^PostgreSQL 18\.\d+, embedded$/) as string,
      leftovers: [],
    });
    expect(engines.map(({ name }) => name)).toEqual(['k6', 'autocannon']);
    expect(defaultScenario).toEqual({ name: 'flash-sale', canRun: true });
    expect(folder.left()).toEqual([]);
  });

  it('names what is not here with the command that gets it; the first scenario can run all the same', async ({
    folder,
  }) => {
    const env = { ...NOTHING, XDG_CACHE_HOME: folder.temporary };
    const { code, stdout } = await folder.run(['doctor'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ postgres +PostgreSQL/);
    expect(stdout).toMatch(/\? mongodb +There is no mongod on PATH/);
    expect(stdout).toContain('race-check doctor --install mongodb');
    expect(stdout).toMatch(/\? redis +There is no redis-server or valkey-server on PATH/);
    expect(stdout).toContain('apt-get install redis-server');
    expect(stdout).toMatch(/\? k6 +not found\n +go install go\.k6\.io\/k6@v1\.3\.0/);
    expect(stdout).toContain('race-check flash-sale can run.');
  });

  it('ends with 3 when the first scenario cannot run, and tells no password', async ({ folder }) => {
    const words = ['doctor', '--postgres-url', 'postgres://ann:secret-word@127.0.0.1:1/shop'];
    const { code, stdout } = await folder.run(words);
    expect(code).toBe(3);
    expect(stdout).toMatch(/\? postgres +Nothing listens at 127\.0\.0\.1:1\./);
    expect(stdout).toContain('race-check flash-sale cannot run');
    expect(stdout).not.toContain('secret-word');
  });

  it('says why a download failed, and what to do', async ({ folder }) => {
    const env = { ...NOTHING, PATH: process.env['PATH'] ?? '', XDG_CACHE_HOME: folder.temporary };
    const { code, stdout, stderr } = await folder.run(['doctor', '--install', 'mongodb'], env);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('A mongod could not be downloaded:');
    expect(stderr).toContain('put mongod on PATH');
    expect(stderr).not.toContain('    at ');
  });

  it('tells every mistake at once', async ({ folder }) => {
    expect(await folder.run(['doctor', '--clen', 'now'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('--clen, did you mean "--clean"?') as string,
    });
    expect(await folder.run(['doctor', '--install', 'mongo'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('did you mean "mongodb"?') as string,
    });
  });
});

const missing = whyMissing('redis');

describe.skipIf(missing)(
  missing ?? 'race-check doctor on a server with leftovers',
  { timeout: 120_000 },
  () => {
    const reaper = openReaper();
    let given: OwnServer;
    let direct: Redis;
    beforeAll(async () => {
      given = await startOwnServer({
        ...{ store: 'redis', product: 'Redis', urlFlag: '--redis-url', reaper },
        program: findProgram('redis-server') ?? findProgram('valkey-server') ?? '',
        prepare: (_folder, port) => ['--port', String(port), '--bind', '127.0.0.1', '--save', ''],
      });
      direct = new Redis({ port: given.port });
    });
    afterAll(async () => {
      direct?.disconnect();
      await given?.stop();
      reaper.close();
    });

    it('lists them, and removes those of dead runs only when it is asked to', async ({ folder }) => {
      const { host, pid, prefix } = runName('living');
      const dead = `race-check:abc_${host}_${pid}_00000000_1:`;
      const living = `race-check:${prefix.slice('race_check_'.length)}_1:`;
      await direct.mset(`${dead}left`, 1, `${living}left`, 1, 'mine', 1);
      const url = `redis://127.0.0.1:${given.port}`;

      const looked = await folder.run(['doctor', '--redis-url', url]);
      expect(looked.code).toBe(0);
      expect(looked.stdout).toContain(`redis  ${dead}  its run is dead`);
      expect(looked.stdout).toContain(`redis  ${living}  its run is alive`);
      expect(await direct.dbsize()).toBe(3);

      const cleaned = await folder.run(['doctor', '--clean'], { RACE_CHECK_REDIS_URL: url });
      expect(cleaned.stdout).toContain(`redis  ${dead}  removed`);
      expect((await direct.keys('*')).sort()).toEqual(['mine', `${living}left`]);
    });
  },
);
