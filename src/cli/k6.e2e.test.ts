import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { findProgram } from '../process/find-program.js';
import { cacheFolder } from '../stores/cache-folder.js';
import { startSeatApi, writeStartedSeatApi } from './fixtures/seat-api.fixture.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

const k6 = findProgram('k6', [path.join(cacheFolder(), 'bin'), path.join(os.homedir(), 'go', 'bin')]);
if (k6 === undefined)
  console.warn('There is no k6 here: --engine k6 was not tried. Get it with: bash .ci/provision k6');

const SEAT = ['last-seat', '--engine', 'k6', '--clients', '8'];

describe.skipIf(k6 === undefined).concurrent('--engine k6', { timeout: 120_000 }, () => {
  it('has k6 send each attempt once, and judges what came of it like every burst', async ({ folder }) => {
    writeStartedSeatApi(folder, 8);
    const { code, report } = await folder.report([...SEAT, '--target', './mine.target.ts', '--trials', '3']);
    const safe = judged(report, 'http/mine');
    expect(safe.reasons).toEqual([]);
    expect(safe).toMatchObject({
      ...{ verdict: 'holds', operations: { ok: 24, fail: 0, info: 0 }, trials: { run: 3, violated: 0 } },
      control: { target: 'http/mine-control', caught: true },
    });
    expect(safe.latencyMs?.p50).toBeGreaterThan(0);
    expect(report.plan.engine).toBe('k6');
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  it('is counted on its way: one that sends more than it was asked for shows nothing', async ({ folder }) => {
    // A real k6 whose script was tampered with: everybody sends twice.
    folder.write(
      'k6',
      `#!/bin/sh\nfor script; do :; done\nsed -i 's/iterations: 1/iterations: 2/' "$script"\nexec '${k6}' "$@"\n`,
    );
    chmodSync(path.join(folder.path, 'k6'), 0o755);
    const { code, report } = await folder.report([...SEAT, '--target', 'http/for-update', '--trials', '1'], {
      PATH: `${folder.path}:${process.env['PATH']}`,
    });
    const { verdict, reasons } = judged(report, 'http/for-update');
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toMatch(/k6 sent 2 request\(s\) of client \d, who was to send 1/);
    expect(code).toBe(2);
  });

  it("keeps the thresholds of a script that was edited: k6's word on them is a limit", async ({ folder }) => {
    await startSeatApi(folder, 'slow');
    const mine = ['last-seat', '--target', './mine.target.ts', '--clients', '6'];
    const exported = await folder.run(['export', 'k6', ...mine, '--max-p99', '30s']);
    expect(exported.code, exported.stderr).toBe(0);
    const own = '"http_req_duration{status:200}": ["max<1"]';
    folder.write('kept.js', exported.stdout);
    folder.write('crossed.js', exported.stdout.replace('thresholds: {', `$& ${own},`));
    const run = (script: string) =>
      folder.report([...mine, '--engine', 'k6', '--k6-script', script, '--trials', '1']);

    const kept = await run('kept.js');
    expect(kept.report.gates, kept.stderr).toMatchObject([{ kind: 'k6-threshold', outcome: 'passed' }]);
    expect(judged(kept.report, 'http/mine').operations).toEqual({ ok: 6, fail: 0, info: 0 });

    const crossed = await run('crossed.js');
    expect(judged(crossed.report, 'http/mine').operations).toEqual({ ok: 6, fail: 0, info: 0 });
    expect(crossed.report.gates).toEqual([
      {
        ...{ kind: 'k6-threshold', target: 'http/mine', outcome: 'failed' },
        message: expect.stringMatching(
          /^http\/mine: thresholds of k6 were crossed in 1 of 1 trial: max<1 of http_req_duration\{status:200\}, which was [\d.]+\.$/,
        ) as string,
      },
    ]);
    expect(crossed.code).toBe(1);

    folder.write('other.js', 'export default () => 1;');
    const other = await folder.run([...mine, '--engine', 'k6', '--k6-script', 'other.js']);
    const burst = await folder.run([...mine, '--k6-script', 'kept.js']);
    expect(other.stderr).toContain('got "other.js": it does not read RACE_CHECK_TRIAL');
    expect(burst.stderr).toContain('--k6-script is for --engine k6');
    expect([other.code, burst.code]).toEqual([4, 4]);
  });

  it('sends to an API behind TLS, and is counted there too', async ({ folder }) => {
    const api = await startSeatApi(folder, 'slow', 'http1');
    const mine = ['last-seat', '--target', './mine.target.ts', '--clients', '6'];
    const { report, stderr } = await folder.report([...mine, '--engine', 'k6', '--trials', '2']);
    const { operations, reasons } = judged(report, 'http/mine');
    expect(operations, stderr).toEqual({ ok: 12, fail: 0, info: 0 });
    expect(reasons.join()).not.toContain('k6 sent');
    expect(await api.asked()).toBe(12);
    const exported = await folder.run(['export', 'k6', ...mine, '--reset']);
    folder.write('script.js', exported.stdout);
    expect(await runK6(folder, 'out.json', ['script.js'])).toBe(0);
    expect(await api.asked()).toBe(18);
  });

  it('tells what k6 said where it fails, with exit code 3', async ({ folder }) => {
    folder.write(
      'k6',
      `#!/bin/sh\n[ "$1" = version ] && exec '${k6}' version\necho 'out of order' >&2\nexit 107\n`,
    );
    chmodSync(path.join(folder.path, 'k6'), 0o755);
    const { code, stdout } = await folder.run(
      [...SEAT, '--target', 'http/for-update', '--trials', '1', '--no-report', '--quiet'],
      { PATH: `${folder.path}:${process.env['PATH']}`, COLUMNS: '300' },
    );
    expect(stdout).toContain(
      'http/for-update could not run: k6 ended with code 107; it printed: out of order',
    );
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });
});

const MINE = ['last-seat', '--target', './mine.target.ts', '--clients', '6', '--seed', 'x'];

/** Runs k6 as a user does; how it ended. */
async function runK6(folder: UserFolder, output: string, words: readonly string[]): Promise<number> {
  const all = [
    'run',
    '--quiet',
    '--no-usage-report',
    '--summary-mode=disabled',
    '--out',
    `json=${output}`,
    ...words,
  ];
  const running = promisify(execFile)(k6 ?? 'k6', all, { cwd: folder.path });
  return running.then(
    () => 0,
    (error: unknown) => (error as { readonly code: number }).code,
  );
}

/** Runs a part of the exported script, as one of several machines would. */
async function runSegment(folder: UserFolder, segment: string): Promise<string> {
  const output = `${segment.replaceAll(/\D/g, '-')}.json`;
  const words = ['--execution-segment', segment, '--execution-segment-sequence', '0,1/2,1', 'script.js'];
  expect(await runK6(folder, output, words)).toBe(0);
  return output;
}

describe.skipIf(k6 === undefined).concurrent('race-check export k6, and judge', { timeout: 120_000 }, () => {
  it.for([
    ['racy', 'violated', 1],
    ['safe', 'holds', 0],
  ] as const)(
    'give one verdict on two runners that share a script: %s',
    async ([how, verdict, exitCode], { folder, expect: here }) => {
      const api = await startSeatApi(folder, how);
      const exported = await folder.run(['export', 'k6', ...MINE, '--reset']);
      here(exported.code, exported.stderr).toBe(0);
      folder.write('script.js', exported.stdout);
      const runs = await Promise.all(['0:1/2', '1/2:1'].map((segment) => runSegment(folder, segment)));
      const judged = await folder.run(['judge', '--target', './mine.target.ts', '--json', ...runs]);
      here(JSON.parse(judged.stdout), judged.stderr).toMatchObject({
        ...{ verdict, operations: { ok: 6 } },
        thresholds: [{ metric: 'checks', expression: 'rate==1', outcome: 'kept', value: 1 }],
      });
      here(judged.code).toBe(exitCode);

      const half = await folder.run(['judge', '--target', './mine.target.ts', runs[0]!]);
      here(half.stdout).toMatch(/inconclusive: attempt 1 of client \d is in no output: is one missing\?/);
      const twice = await folder.run(['judge', '--target', './mine.target.ts', ...runs, runs[0]!]);
      here(twice.stderr).toContain(
        `${runs[0]} has the same answers twice: give the output of each runner once`,
      );
      folder.write('copy.json.gz', gzipSync(folder.read(runs[0]!)));
      const copied = await folder.run(['judge', '--target', './mine.target.ts', ...runs, 'copy.json.gz']);
      here(copied.stderr).toContain(`${runs[0]} and copy.json.gz have the same answers`);
      folder.write('later.json', folder.read(runs[0]!).replaceAll(/"time":"\d{4}/g, '"time":"2100'));
      const again = await folder.run(['judge', '--target', './mine.target.ts', ...runs, 'later.json']);
      here(again.stdout).toMatch(/inconclusive: attempt 1 of client \d was made 2 times/);
      folder.write('other.target.ts', folder.read('mine.target.ts').replace("name: 'mine'", "name: 'other'"));
      const other = await folder.run(['judge', '--target', './other.target.ts', ...runs]);
      here(other.stderr).toContain(
        'expected the API that was sent to for --target, which is http/mine, got http/other',
      );
      here([half, twice, copied, again, other].map(({ code }) => code)).toEqual([2, 4, 4, 2, 4]);

      const ended = once(api.child, 'exit');
      api.child.kill();
      await ended;
      const judge = ['judge', '--target', './mine.target.ts', ...runs];
      const alone = await folder.run(judge);
      here(alone.stderr).toMatch(
        /^race-check: the API could not be asked for its final state \(--state FILE takes it from a file\): GET \/state failed: connect ECONNREFUSED \S+\n$/,
      );
      folder.write('state.json', '{"trips":');
      const broken = await folder.run([...judge, '--state', 'state.json']);
      here(broken.stderr).toMatch(/^race-check: state\.json could not be read: it is no JSON\n/);
      here([alone.code, broken.code]).toEqual([3, 4]);
    },
  );
});

describe
  .skipIf(k6 === undefined)
  .concurrent('the thresholds of an exported script', { timeout: 120_000 }, () => {
    it('are kept by k6, and counted by judge like limits', async ({ folder }) => {
      await startSeatApi(folder, 'slow');
      const exported = await folder.run(['export', 'k6', ...MINE, '--reset', '--max-p99', '1ms']);
      const part = "'race_check_answer{client:1}': [{ threshold: 'max<0', abortOnFail: false }]";
      folder.write('script.js', exported.stdout.replace('thresholds: {', `$& ${part},`));
      expect(await runK6(folder, 'all.json', ['script.js'])).toBe(99);
      const { code, stdout } = await folder.run(['judge', '--target', './mine.target.ts', 'all.json']);
      expect(stdout).toContain('✔ no violation in this one history');
      expect(stdout).toMatch(/✔ threshold rate==1 of checks, which was 1 kept\n/);
      expect(stdout).toMatch(/✘ threshold p\(99\)<=1 of race_check_answer, which was [\d.]+ crossed\n/);
      expect(stdout).toMatch(
        /✘ threshold max<0 of race_check_answer\{client:1\}, which was [\d.]+ crossed\n/,
      );
      expect(code).toBe(1);
    });
  });

describe.concurrent('race-check export and judge', { timeout: 120_000 }, () => {
  it('refuse outputs that tell of numbers which no export has', async ({ folder }) => {
    await startSeatApi(folder, 'safe');
    const output = (run: string) =>
      JSON.stringify({
        ...{ metric: 'race_check_answer', type: 'Point' },
        data: {
          ...{ time: '2026-02-14T09:30:12.5Z', value: 1 },
          tags: { client: '0', attempt: '0', status: '200', run },
        },
      });
    const run = { scenario: 'last-seat', parameters: { clients: 1e9 }, seed: 'x', target: 'http/mine' };
    folder.write('many.json', output(JSON.stringify(run)));
    folder.write('words.json', output('mine'));
    const [many, words] = await Promise.all(
      ['many.json', 'words.json'].map((file) => folder.run(['judge', '--target', './mine.target.ts', file])),
    );
    expect(many!.stderr).toContain('expected a whole number from 2 to 10,000 for clients');
    expect(words!.stderr).toContain('the outputs are of no script that race-check export k6 wrote');
    expect([many!.code, words!.code]).toEqual([4, 4]);
  });

  it('refuse what cannot be exported, and outputs that are none', async ({ folder }) => {
    const started = await folder.run(['export', 'k6', 'last-seat', '--target', 'http/naive']);
    expect(started.stderr).toContain(
      'http/naive has no base URL of its own, since it is started for each run',
    );
    const engine = await folder.run(['export', 'jmeter', 'last-seat']);
    expect(engine.stderr).toContain('expected k6 for the engine, got "jmeter"');
    expect(engine.stderr).toContain('expected one API to send to, named with --target');
    folder.write('other.json', '{"metric":"http_reqs","type":"Point"}\n');
    const judged = await folder.run(['judge', 'other.json', 'gone.json']);
    expect(judged.stderr).toContain('gone.json could not be read');
    // The script instead of what it wrote: nothing of it is loaded.
    folder.write('script.js', "import http from 'k6/http';\n");
    const script = await folder.run(['judge', 'script.js']);
    expect(script.stderr).toContain('script.js has no answer of an exported script');
    expect(script.code).toBe(4);
    const empty = await folder.run(['judge', 'other.json']);
    expect(empty.stderr).toContain('other.json has no answer of an exported script');
    expect([started.code, engine.code, judged.code, empty.code]).toEqual([4, 4, 4, 4]);
  });
});

describe.concurrent('--engine', { timeout: 120_000 }, () => {
  it('says how to get a k6 that is not here, with exit code 3', async ({ folder }) => {
    const { code, stderr } = await folder.run([...SEAT, '--target', 'http/naive'], {
      ...{ PATH: path.dirname(process.execPath), HOME: folder.path, XDG_CACHE_HOME: folder.path },
    });
    expect(stderr).toContain(
      '--engine k6 needs k6, which is neither on the PATH nor in the cache. Get it with: go install',
    );
    expect(code).toBe(3);
  });

  it('refuses k6 for what is no API, and an engine that nobody knows', async ({ folder }) => {
    const memory = await folder.run(['last-seat', '--engine', 'k6', '--target', 'memory/naive']);
    expect(memory.stderr).toContain('memory/naive is no HTTP API: k6 sends HTTP requests');
    const unknown = await folder.run(['last-seat', '--engine', 'k7']);
    expect(unknown.stderr).toContain(
      'expected one of burst, k6, autocannon for --engine, got "k7", did you mean "k6"?',
    );
    expect([memory.code, unknown.code]).toEqual([4, 4]);
  });
});
