import { createRequire } from 'node:module';
import { describe, expect } from 'vitest';
import { startSeatApi } from './fixtures/seat-api.fixture.js';
import { it, judged } from './fixtures/user-folder.fixture.js';

const MINE = ['last-seat', '--engine', 'autocannon', '--target', './mine.target.ts', '--connections', '8'];

describe.concurrent('--engine autocannon', { timeout: 120_000 }, () => {
  it.for([
    ['racy', 'violated', 1],
    ['slow', 'holds', 0],
  ] as const)(
    'sends exactly as much as it was asked for, and judges what came of it: %s',
    async ([how, verdict, exitCode], { folder, expect: here }) => {
      const api = await startSeatApi(folder, how);
      const { code, report, stderr } = await folder.report([...MINE, '--amount', '20']);
      const mine = judged(report, 'http/mine');
      here(mine, stderr + JSON.stringify(mine.reasons)).toMatchObject({
        ...{ verdict, operations: { ok: 20, fail: 0, info: 0 } },
        load: [{ trial: 1, requests: 20 }],
      });
      here(await api.asked()).toBe(20);
      here(mine.load?.[0]?.latencyMs.p50).toBeGreaterThanOrEqual(how === 'racy' ? 290 : 35);
      here(mine.load?.[0]?.requestsPerSecond).toBeGreaterThan(0);
      if (how === 'slow') {
        // The racy server of ours was under the same load.
        here(mine.control).toMatchObject({ target: 'http/reference-server', caught: true });
        here(judged(report, 'http/reference-server').load?.[0]?.requests).toBe(20);
      }
      here(report.plan).toMatchObject({ engine: 'autocannon', load: { connections: 8, amount: 20 } });
      here(code).toBe(exitCode);
      api.child.kill();
    },
  );

  it('makes a thousand requests a thousand, over connections that do not divide them', async ({ folder }) => {
    const api = await startSeatApi(folder, 'safe');
    const { report } = await folder.report([...MINE, '--connections', '33', '--amount', '1000']);
    expect(judged(report, 'http/mine').operations).toEqual({ ok: 1000, fail: 0, info: 0 });
    expect(await api.asked()).toBe(1000);
    api.child.kill();
  });

  it('waits for the answers to what it began within its time, and shows its table', async ({ folder }) => {
    const api = await startSeatApi(folder, 'slow');
    const { code, stdout, stderr } = await folder.run(
      [...MINE, '--duration', '1s', '--rate', '80', '--no-report'],
      { COLUMNS: '200' },
    );
    expect(stderr).toMatch(
      /^To http:\/\/\S+ go requests of last-seat over 8 connections, for 1 s, in up to 1 trial .* its state is reset/m,
    );
    const [, requests] = /autocannon +requests .*p97\.5.*req\/s\n +http\/mine +(\d+) /.exec(stdout)!;
    expect(Number(requests), stdout + stderr).toBe(await api.asked());
    expect(stdout).toMatch(/http\/mine holds/);
    expect(code).toBe(0);
    api.child.kill();
  });

  it('is counted on its way: one that sends less than it was asked for shows nothing', async ({ folder }) => {
    const api = await startSeatApi(folder, 'slow');
    // A real autocannon that was tampered with: each of its connections sends one request less.
    const client = createRequire(import.meta.url).resolve('autocannon/lib/httpClient.js');
    folder.write(
      'tamper.cjs',
      `const { prototype } = require(${JSON.stringify(client)});
       const connect = prototype._connect;
       prototype._connect = function () { this.responseMax -= 1; connect.call(this); };`,
    );
    const { code, report } = await folder.report([...MINE, '--amount', '20'], {
      NODE_OPTIONS: `--require ${folder.path}/tamper.cjs`,
    });
    const { verdict, reasons, trials } = judged(report, 'http/mine');
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toContain('autocannon sent 12 request(s), and was asked for 20');
    expect(await api.asked()).toBe(12 * trials.run);
    expect(code).toBe(2);
    api.child.kill();
  });

  it('takes what had no answer for what may have happened, and holds nothing of it', async ({ folder }) => {
    const api = await startSeatApi(folder, 'broken');
    const { code, report } = await folder.report([...MINE, '--amount', '40']);
    const { verdict, operations } = judged(report, 'http/mine');
    expect(verdict).toBe('inconclusive');
    expect(operations.info).toBeGreaterThan(0);
    expect(operations.ok + operations.info).toBe(await api.asked());
    expect(code).toBe(2);
    api.child.kill();
  });

  it('sends to an API behind TLS', async ({ folder }) => {
    const api = await startSeatApi(folder, 'safe', 'http1');
    const words = ['--target', './mine.target.ts', '--connections', '4', '--amount', '20'];
    const { report } = await folder.report(['last-seat', '--engine', 'autocannon', ...words]);
    expect(judged(report, 'http/mine').operations).toEqual({ ok: 20, fail: 0, info: 0 });
    expect(await api.asked()).toBe(20);
  });

  it('names everything that it cannot do', async ({ folder }) => {
    const few = await folder.run([
      ...['last-seat', '--engine', 'autocannon', '--target', 'memory/naive', '--clients', '3'],
      ...['--connections', '8', '--amount', '5', '--rate', '2', '--start', 'staggered'],
    ]);
    expect(few.stderr).toContain(
      'expected an --amount of at least one request for each of the 8 connections, got 5',
    );
    expect(few.stderr).toContain(
      'expected a --rate of at least one request a second for each of the 8 connections, got 2',
    );
    expect(few.stderr).toContain('expected no --clients with --engine autocannon');
    expect(few.stderr).toContain('expected no --start with --engine autocannon');
    expect(few.stderr).toContain('memory/naive is no HTTP API: autocannon sends HTTP requests');
    const other = await folder.run(['last-seat', '--connections', '8', '--duration', '2s']);
    expect(other.stderr).toContain('--connections is for --engine autocannon');
    expect(other.stderr).toContain('--duration is for --engine autocannon');
    expect([few.code, other.code]).toEqual([4, 4]);
  });
});
