import { describe, expect } from 'vitest';
import { reportSchema } from '../report/report.js';
import { it, type UserFolder } from './fixtures/user-folder.fixture.js';

const SEAT = ['last-seat', '--target', 'memory/mutex', '--quiet', '--no-report', '--trials'];

/** A report of `memory/mutex`, and of one that will be gone, in `main.json`. */
async function writeBaseline(folder: UserFolder): Promise<void> {
  const words = ['last-seat', '--target', 'memory/mutex,memory/busy-flag', '--trials', '8', '--quiet'];
  await folder.run([...words, '--no-report', '--reporter', 'json=main.json']);
}

describe.concurrent('limits on top of the verdict', { timeout: 120_000 }, () => {
  it('fail a run that holds, with exit code 1, and stand in its report', async ({ folder }) => {
    const { code, stdout } = await folder.run([
      ...[...SEAT, '8', '--max-p50', '0.001ms', '--max-p99', '1h', '--reporter', 'json=report.json'],
    ]);
    expect(stdout).toContain('✔ memory/mutex holds');
    expect(stdout).toMatch(/✘ memory\/mutex: p50 was .* and may be at most 0\.0010 ms\./);
    expect(stdout).toContain('0 of 2 limits kept.');
    const { gates, verdict, exitCode } = reportSchema.parse(JSON.parse(folder.read('report.json')));
    // So few operations have no 99th percentile.
    expect(gates?.map(({ outcome }) => outcome)).toEqual(['failed', 'no-evidence']);
    expect([verdict, exitCode, code]).toEqual(['holds', 1, 1]);
  });

  it('are inconclusive without samples, with exit code 2', async ({ folder }) => {
    const { code, stdout } = await folder.run([...SEAT, '2', '--max-p99', '1h'], { COLUMNS: '200' });
    expect(stdout).toMatch(
      /\? memory\/mutex: whether its p99 is at most .* is not known: \d+ operations were too few/,
    );
    expect(code).toBe(2);
  });

  it('are kept by the run that they were taken from, and broken where a target is gone', async ({
    folder,
  }) => {
    await writeBaseline(folder);
    const { code, stdout } = await folder.run([
      ...SEAT,
      '8',
      '--baseline',
      'main.json',
      '--max-slowdown',
      '1000',
    ]);
    expect(stdout).toContain(
      '✘ memory/busy-flag was judged in the baseline, and is not now: it was not run.',
    );
    expect(stdout).toContain('3 of 4 limits kept.');
    expect(code).toBe(1);
  });

  it('are refused where they make no sense, all at once, before anything is started', async ({ folder }) => {
    folder.write('other.json', '{"schema": 1}');
    const { code, stdout, stderr } = await folder.run([
      ...[...SEAT, '2', '--max-p99', '250', '--max-slowdown', '0.5', '--baseline', 'other.json'],
    ]);
    expect(stderr).toContain('expected a duration with its unit (500ms, 30s, 2m) for --max-p99, got "250"');
    expect(stderr).toContain('expected a ratio of 1 or more for max-slowdown');
    expect(stderr).toMatch(
      /expected a report\.json of race-check for --baseline, got "other\.json": version: /,
    );
    expect([code, stdout]).toEqual([4, '']);
  });

  it('refuse a baseline of another run', async ({ folder }) => {
    await writeBaseline(folder);
    const other = await folder.run([
      ...['school-bus', '--target', 'memory/mutex', '--baseline', 'main.json'],
    ]);
    expect(other.stderr).toContain('expected a baseline of school-bus, got one of last-seat');
    const numbers = await folder.run([...SEAT, '2', '--baseline', 'main.json', '--clients', '3']);
    expect(numbers.stderr).toMatch(/expected a baseline with \w+ = 3, got one with \w+ = 2/);
    expect([other.code, numbers.code]).toEqual([4, 4]);
  });
});
