import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect } from 'vitest';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';
import { until } from './fixtures/processes.fixture.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/python-target/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasRedis = ['redis-server', 'valkey-server'].some((one) => spawnSync(one, ['--version']).status === 0);

const PROGRAM = fileURLToPath(new URL('../engine/exec-program.fixture.mjs', import.meta.url));
const exec = (wrong: string) => ['--exec', `'${process.execPath}' '${PROGRAM}' '${wrong}'`];

function copyExample(folder: UserFolder): void {
  for (const file of ['race_check.py', 'seats.py'])
    copyFileSync(path.join(EXAMPLE, file), path.join(folder.path, file));
}

describe.skipIf(!hasPython).concurrent('a target in Python', { timeout: 120_000 }, () => {
  it('is caught where it races, and holds where it locks', async ({ folder }) => {
    copyExample(folder);
    const { code, report } = await folder.report([
      ...['group', '--exec', 'python3 seats.py naive', '--exec', 'python3 seats.py lockf'],
      ...['--exec', 'python3 seats.py flock', '--trials', '20'],
    ]);
    const naive = judged(report, 'file/python-naive');
    expect(naive).toMatchObject({ verdict: 'violated', exec: 'python3 seats.py naive', met: true });
    expect(naive.findings.map(({ anomaly }) => anomaly)).toContain('lost-update');
    expect(judged(report, 'file/python-lockf').verdict).toBe('violated');
    const safe = judged(report, 'file/python-flock');
    expect(safe).toMatchObject({ verdict: 'holds', control: { target: 'file/naive', caught: true } });
    expect(safe.overlap.interleavedPairs).toBeGreaterThanOrEqual(20);
    expect(code).toBe(1);
    expect(folder.left()).toEqual([]);
  });

  it.skipIf(!hasRedis)('is seen at a Redis server through the address of each client', async ({ folder }) => {
    copyExample(folder);
    const text = readFileSync(new URL('./fixtures/seats_redis.fixture.py', import.meta.url), 'utf8');
    folder.write('seats_redis.py', text);
    const { report } = await folder.report([
      ...['last-seat', '--exec', 'python3 seats_redis.py racy', '--exec', 'python3 seats_redis.py lua'],
      ...['--clients', '12', '--trials', '20'],
    ]);
    expect(judged(report, 'redis/python-racy').verdict).toBe('violated');
    const safe = judged(report, 'redis/python-lua');
    expect(safe).toMatchObject({
      verdict: 'holds',
      control: { target: 'redis/get-then-decr', caught: true },
    });
    expect(safe.overlap.interleavedPairs).toBeGreaterThanOrEqual(20);
    expect(safe.firstRequestSpreadMs?.median).toBeGreaterThan(0);
    expect(folder.left()).toEqual([]);
  });

  it('lives in several processes behind one barrier', async ({ folder }) => {
    copyExample(folder);
    const { report } = await folder.report([
      ...['school-bus', '--exec', 'python3 seats.py flock', '--processes', '2', '--trials', '3'],
    ]);
    expect(judged(report, 'file/python-flock')).toMatchObject({
      verdict: 'holds',
      operations: { fail: 0, info: 0 },
    });
  });

  it('ends the run with exit code 3 and its own words where its code is wrong', async ({ folder }) => {
    copyExample(folder);
    folder.write('seats.py', folder.read('seats.py').replace('def bookSeat', 'def sellSeat'));
    const { code, stdout } = await folder.run(
      ['last-seat', '--exec', 'python3 seats.py flock', '--quiet', '--no-report'],
      { COLUMNS: '400' },
    );
    expect(stdout).toMatch(
      /could not run: the program said: AttributeError: 'Client' object has no attribute 'bookSeat'/,
    );
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });
});

describe.runIf(!hasPython)('a target in Python', () => {
  beforeAll(() => console.warn('There is no python3 here: the target in Python was not tried.'));
  it.skip('is not tried, since there is no python3', () => undefined);
});

describe.concurrent('--exec', { timeout: 120_000 }, () => {
  it('refuses a program for another contract, stalls in a program, and an empty command, all at once', async ({
    folder,
  }) => {
    const { code, stdout, stderr } = await folder.run(['stalled-holder', ...exec('nothing'), '--exec', ' ']);
    expect(stderr).toContain('it implements the contract "seats", but stalled-holder needs "bookings"');
    expect(stderr).toContain('expected a command for --exec, got nothing');
    expect([code, stdout]).toEqual([4, '']);
  });

  it('ends with exit code 3 where the program cannot say what it is, with its last words', async ({
    folder,
  }) => {
    const { code, stderr } = await folder.run(['last-seat', ...exec('exits at once')]);
    expect(stderr).toContain("the target's program exited with code 7; it printed:\nno licence");
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });

  it.for(['SIGINT', 'SIGKILL'] as const)(
    'leaves nothing behind that a program started, after %s',
    async (signal, { folder, expect: here }) => {
      const program = exec('a child that outlives it');
      const running = await folder.start(['last-seat', ...program, '--no-report', '--trials', '100000']);
      await running.says('file/fixture: up to 100,000 trials');
      await until('its child', () => folder.left().some((one) => one.includes('sleep 3600')));
      running.child.kill(signal);
      const { code } = await running.ended;
      here(code).toBe(signal === 'SIGINT' ? 130 : 137);
      await until('everything is gone', () => folder.left().length === 0);
    },
  );
});
