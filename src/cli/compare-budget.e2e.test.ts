import { describe, expect } from 'vitest';
import { reportSchema } from '../report/report.js';
import { it, judged } from './fixtures/user-folder.fixture.js';

const COMPARE = ['compare', 'last-seat', '--store', 'memory'];

describe.concurrent('race-check compare, within a budget', { timeout: 120_000 }, () => {
  it('judges each target on the trials for which there was time, and says what it will do', async ({
    folder,
  }) => {
    const words = [...COMPARE, '--budget', '8s', '--trials', '100000', '--json'];
    const { code, stdout, stderr } = await folder.run(words);
    expect(code, stderr).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.budget?.totalMs).toBe(8_000);
    expect(report.budget?.usedMs).toBeLessThan(30_000);
    for (const { id } of report.targets) {
      const { trials, met } = judged(report, id);
      expect({ id, met }).toEqual({ id, met: true });
      expect(trials.run).toBeGreaterThanOrEqual(5);
      expect(trials.run).toBeLessThan(100_000);
    }
    expect(stderr).toMatch(
      /^4 targets, up to 100,000 trials each, 2 attempts a trial, within 8 s\.\n1\/4 memory\//,
    );
  });

  it('says beforehand what takes long by design, and that a budget bounds it', async ({ folder }) => {
    const words = ['compare', 'stale-release', '--target', 'redis/naive,redis/set-nx', '--trials', '6'];
    const { stderr } = await folder.run([...words, '--no-report', '--redis-url', 'redis://127.0.0.1:1/']);
    expect(stderr).toMatch(
      /^3 targets, 6 trials each, 3 attempts a trial: 22 s or more, since one lasts 1,200 ms by design\. With --budget 5m it takes no longer than that\.\n/,
    );
  });

  it.for([
    [[...COMPARE, '--budget', '0.5s'], 'expected a budget from 1 s to 24 h, got 0.5 s'],
    [
      [...COMPARE, '--budget', '5s', '--trials', '3'],
      'expected 5 trials or more within a budget, since nothing is judged on fewer, got 3',
    ],
    [['last-seat', '--budget', '5s'], 'unknown option --budget'],
  ] as const)('refuses %o', async ([words, problem], { folder }) => {
    const { code, stderr } = await folder.run([...words]);
    expect(code).toBe(4);
    expect(stderr).toContain(problem);
    expect(folder.left()).toEqual([]);
  });
});
