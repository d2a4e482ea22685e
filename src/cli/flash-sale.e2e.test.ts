import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { reportSchema } from '../report/report.js';
import { COMMAND, it, judged } from './fixtures/user-folder.fixture.js';

const IN_MEMORY = ['flash-sale', '--target', 'memory/mutex', '--trials', '3'];
const ESCAPE = '\u001b';

describe.concurrent('race-check flash-sale', { timeout: 120_000 }, () => {
  it('shows that the default strategy holds on a real PostgreSQL, and that its control was caught', async ({
    folder,
  }) => {
    const { code, stdout, stderr } = await folder.run(['flash-sale'], { COLUMNS: '80' });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^flash-sale {3}20 units, 33 buyers {3}PostgreSQL 18\.\d+, embedded/);
    expect(stdout).toContain('✔ postgres/for-update holds: if it can fail, it fails in fewer than 5.0 %');
    expect(stdout).toMatch(/✘ postgres\/naive violated, (oversold|lost update)/);
    expect(stdout).toContain('(control)');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);

    expect(stderr).toContain('postgres/naive (control): up to 59 trials\n');
    expect(stderr).toContain('postgres/for-update: holds\n');

    const latest = readlinkSync(path.join(folder.path, 'reports/latest'));
    expect(stdout).toContain(`Report: reports/${latest}`);
    const report = reportSchema.parse(JSON.parse(folder.read('reports/latest/report.json')));
    expect(report.targets.map(({ id, role }) => [id, role])).toEqual([
      ['postgres/for-update', 'named'],
      ['postgres/naive', 'control'],
    ]);
    const { run } = judged(report, 'postgres/for-update').trials;
    expect(judged(report, 'postgres/for-update')).toMatchObject({
      verdict: 'holds',
      trials: { planned: 59, counted: 59, violated: 0 },
      tally: { ordered: { min: 20, max: 20 }, refused: { min: 13, max: 13 }, left: { min: 0, max: 0 } },
      operations: { ok: run * 33, fail: 0, info: 0 },
      control: { target: 'postgres/naive', caught: true },
    });
    expect(report.environment.stores['postgres']).toMatchObject({ version: /^18\./, server: 'embedded' });
    expect(judged(report, 'postgres/naive').history).toBe('history.jsonl');
    expect(folder.has('reports/latest/history.jsonl')).toBe(true);
    expect(folder.left()).toEqual([]);
  });

  it('changes every number on the command line', async ({ folder }) => {
    const words = ['--clients', '6', '--stock', '9', '--quantity', '2', '--retries', '4'];
    const { code, report } = await folder.report([...IN_MEMORY, ...words]);
    expect(code).toBe(0);
    expect(report.scenario).toMatchObject({
      description: '9 units, 6 buyers, 2 each',
      parameters: { clients: 6, stock: 9, quantity: 2, retries: 4 },
      expected: { ordered: 4, refused: 2, left: 1 },
    });
    const { operations, trials } = judged(report, 'memory/mutex');
    expect(operations.ok).toBe(trials.run * 6);
  });

  it('plans as many trials as confidence and rate ask for', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/mutex', '--confidence', '90%', '--max-rate', '20%'];
    const { report } = await folder.report(words);
    expect(report.plan).toMatchObject({ trials: 11, confidence: 0.9, maxRate: 0.2 });
    expect(judged(report, 'memory/mutex').rate?.upper).toBeLessThan(0.2);
  });

  it('prints with --json the report that it keeps, and nothing else on stdout', async ({ folder }) => {
    const { code, stdout, stderr } = await folder.run([...IN_MEMORY, '--json']);
    expect(code).toBe(0);
    const printed: unknown = JSON.parse(stdout);
    expect(reportSchema.parse(printed).exitCode).toBe(0);
    expect(printed).toEqual(JSON.parse(folder.read('reports/latest/report.json')));
    expect(stderr).toContain('memory/mutex: holds');
  });

  it('keeps stdout for the report where a loaded file prints, whose words go to stderr', async ({
    folder,
  }) => {
    folder.copy('shop.fixture.ts', 'my-shop.target.fixture.ts');
    folder.write('my.target.ts', `console.log('a shop is loaded');\n${folder.read('my-shop.target.ts')}`);
    const { stdout, stderr } = await folder.run([
      'flash-sale',
      '--target',
      './my.target.ts',
      '--json',
      '--trials',
      '2',
    ]);
    expect(reportSchema.parse(JSON.parse(stdout)).verdict).toBe('holds');
    expect(stderr).toContain('a shop is loaded\n');
  });

  it('keeps no report with --no-report, and says nothing on stderr with --quiet', async ({ folder }) => {
    const { code, stdout, stderr } = await folder.run([...IN_MEMORY, '--no-report', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toContain('memory/mutex holds');
    expect(stdout).not.toContain('Report:');
    expect(stderr).toBe('');
    expect(folder.has('reports')).toBe(false);
  });

  it('keeps its report where --out says', async ({ folder }) => {
    const { stdout } = await folder.run([...IN_MEMORY, '--out', 'deep/down']);
    expect(stdout).toMatch(/Report: deep\/down\/flash-sale\/\S+ {3}also as deep\/down\/latest/);
    expect(folder.has('deep/down/latest/report.json')).toBe(true);
    expect(folder.has('reports')).toBe(false);
  });

  it('writes colours only when asked to, since a pipe is no terminal', async ({ folder }) => {
    const words = [...IN_MEMORY, '--no-report', '--quiet'];
    expect((await folder.run(words)).stdout).not.toContain(ESCAPE);
    expect((await folder.run(words, { FORCE_COLOR: '1' })).stdout).toContain(ESCAPE);
  });

  it('ends without complaint when the reader of its output has gone', async ({ folder }) => {
    const line = `"${process.execPath}" "${COMMAND}" compare flash-sale --target memory/naive,memory/mutex --trials 2 --json --quiet --no-report`;
    const shell = spawn('sh', ['-c', `{ ${line}; echo "code $?" >&2; } | head -c 1`], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    shell.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await new Promise((resolve) => shell.once('close', resolve));
    expect(stdout).toBe('{');
    expect(stderr).toBe('code 0\n');
  });

  it
    .skipIf(!existsSync('/dev/full'))
    .for(['--help', 'list', 'flash-sale --target memory/naive --no-report -q'])(
    'says that the disk is full where its output cannot be written: %s',
    (words, { folder }) => {
      const line = `"${process.execPath}" "${COMMAND}" ${words} > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', line], { cwd: folder.path, encoding: 'utf8' });
      expect(stderr).toBe('race-check: stdout could not be written to: no space is left on the device\n');
      expect(status).toBe(3);
    },
  );

  it('repeats kinds of start and order of attempts with the same seed, and others with another', async ({
    folder,
  }) => {
    const startsOf = async (seed: string, out: string) => {
      await folder.run(
        ['flash-sale', '--target', 'memory/naive', '--seed', seed, '--out', out, '--quiet'],
        {},
      );
      const [header = '', ...events] = folder.read(`${out}/latest/history.jsonl`).trim().split('\n');
      const invokes = events.map((line) => JSON.parse(line) as { type: string; client: number });
      return {
        header: JSON.parse(header) as object,
        buyers: invokes.filter(({ type }) => type === 'invoke').map(({ client }) => client),
      };
    };
    const first = await startsOf('one seed', 'a');
    const again = await startsOf('one seed', 'b');
    const other = await startsOf('another', 'c');
    expect(first.header).toMatchObject({ seed: 'one seed', trial: 1, start: 'simultaneous' });
    expect(again).toEqual(first);
    expect(other.buyers).not.toEqual(first.buyers);
    expect([...other.buyers].sort()).toEqual([...first.buyers].sort());
  });
});

describe.concurrent('race-check compare', { timeout: 120_000 }, () => {
  it('runs every planned trial of each target, and exits 0 when all did what they claim', async ({
    folder,
  }) => {
    const targets = 'postgres/naive,postgres/for-update,postgres/repeatable-read';
    const words = ['compare', 'flash-sale', '--target', targets, '--trials', '4'];
    const { code, report } = await folder.report(words);
    expect(report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual(
      targets.split(',').map((id) => `${id} named`),
    );
    expect(judged(report, 'postgres/naive')).toMatchObject({ verdict: 'violated', met: true });
    expect(judged(report, 'postgres/naive').trials.run).toBeGreaterThanOrEqual(4);
    expect(judged(report, 'postgres/naive').rate?.lower).toBeGreaterThan(0);
    expect(judged(report, 'postgres/for-update')).toMatchObject({ verdict: 'holds', met: true });
    const givesUp = judged(report, 'postgres/repeatable-read');
    expect(givesUp).toMatchObject({ verdict: 'holds', expectation: 'gives-up', met: true });
    expect(givesUp.gaveUp?.failed).toBe(givesUp.errors['40001']);
    expect(report.verdict).toBe('violated');
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  it('exits 1 when a target does not do what it claims', async ({ folder }) => {
    folder.copy('shop.fixture.ts', 'my-shop.target.fixture.ts');
    const claimed = folder
      .read('my-shop.target.ts')
      .replace('export default shopTarget(', `const target = shopTarget(`);
    folder.write(
      'boasting.target.ts',
      `${claimed}\nexport default { ...target, expectations: { 'flash-sale': 'violated' } };\n`,
    );
    const words = ['compare', 'flash-sale', '--target', './boasting.target.ts'];
    const { code, report } = await folder.report(words);
    expect(judged(report, 'memory/my-shop')).toMatchObject({ verdict: 'holds', met: false });
    expect(code).toBe(1);
  });
});
