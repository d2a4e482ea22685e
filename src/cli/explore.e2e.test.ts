import { describe, expect } from 'vitest';
import { exploreReportSchema, type ExploredTarget, type ExploreReport } from '../report/explore-report.js';
import { it, type Ended, type UserFolder } from './fixtures/user-folder.fixture.js';

async function explored(folder: UserFolder, words: readonly string[]) {
  const ended = await folder.run(['explore', ...words, '--json', '--no-report', '--quiet']);
  return { ...ended, report: reportOf(ended) };
}

function reportOf(ended: Ended): ExploreReport {
  if (!ended.stdout.startsWith('{')) throw new Error(`no report on stdout: ${JSON.stringify(ended)}`);
  return exploreReportSchema.parse(JSON.parse(ended.stdout));
}

function targetOf({ targets }: ExploreReport, id: string): ExploredTarget {
  const target = targets.find((one) => one.id === id);
  if (target?.outcome !== 'explored') throw new Error(`${id} was not explored: ${JSON.stringify(target)}`);
  return target;
}

describe.concurrent('race-check explore', { timeout: 120_000 }, () => {
  it('tries every interleaving of two buyers on a real PostgreSQL, and replays what it found', async ({
    folder,
  }) => {
    const words = ['explore', 'flash-sale', '--target', 'postgres/naive,postgres/for-update'];
    const { code, stdout, stderr } = await folder.run(words, { COLUMNS: '90' });
    expect(code, stderr).toBe(1);
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toContain(
      '✘ postgres/naive is violated in 40 of 46 interleavings of 2 buyers (all of them;',
    );
    expect(said).toContain('✔ postgres/for-update holds in all 50 interleavings of 2 buyers;');
    expect(said).toContain('Lost update: buyers 1 and 0 both read stock = 1 and both wrote 0.');
    expect(said).toContain('replayed 10 times: the same each time');
    // From where both have read the same stock, it is lost.
    expect(stdout).toContain('✘ 2 ');
    expect(said).toContain('not of what happens inside the store');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);

    const report = exploreReportSchema.parse(JSON.parse(folder.read('reports/latest/report.json')));
    const naive = targetOf(report, 'postgres/naive');
    expect(naive.counterexample).toMatchObject({
      finding: { anomaly: 'oversold' },
      switches: 2,
      replayed: { times: 10, reproduced: 10 },
    });
    expect(naive.counterexample?.rows).toHaveLength(8);

    const replayed = await folder.run(['replay', 'reports/latest/report.json']);
    expect(replayed).toMatchObject({
      code: 1,
      stdout: '✘ flash-sale postgres/naive: reproduced 10/10\n',
    });
    // Another schedule than the one whose trace was kept.
    const other = folder
      .read('reports/latest/report.json')
      .replace(/"clients": \[\s*0,\s*1,\s*1,/, '"clients": [0, 0, 1,');
    folder.write('other.json', other);
    const diverged = await folder.run(['replay', 'other.json', '--quiet']);
    expect(diverged.stdout).toMatch(
      /^\? flash-sale postgres\/naive: reproduced 0\/10; it diverged at step 2: /,
    );
    expect(diverged.code).toBe(2);
    expect(folder.left()).toEqual([]);
  });

  it('does so in memory, where points and sleeps are steps', async ({ folder }) => {
    const { code, report } = await explored(folder, ['flash-sale', '--target', 'memory/naive,memory/mutex']);
    expect(code).toBe(1);
    // Of the ways to put 3 steps of one among 3 of the other, only those two in which one is through before the other begins.
    expect(targetOf(report, 'memory/naive')).toMatchObject({
      isExhaustive: true,
      schedules: { run: 20, violated: 18, standFor: { all: '20', violated: '18' } },
      counterexample: { replayed: { reproduced: 10 } },
    });
    expect(targetOf(report, 'memory/mutex')).toMatchObject({ verdict: 'holds', isExhaustive: true });
  });

  it('finds the scenarios of a config, and has their small version for a default', async ({ folder }) => {
    folder.write(
      'race-check.config.ts',
      `import { defineConfig } from 'race-check';
       import flashSale from 'race-check/scenarios/checkout/flash-sale';
       export default defineConfig({ scenarios: [{ ...flashSale, name: 'my-sale' }] });`,
    );
    const { code, report } = await explored(folder, ['my-sale', '--target', 'memory/naive']);
    expect(code).toBe(1);
    expect(targetOf(report, 'memory/naive')).toMatchObject({
      clients: 2,
      schedules: { run: 20, violated: 18 },
    });
  });

  it('replays no other target than the one that was explored, also where its file is the same', async ({
    folder,
  }) => {
    folder.copy('draw.scenario.fixture.ts', 'draw-naive.target.fixture.js', 'draw-target.fixture.js');
    const found = await folder.run(['explore', './draw.scenario.ts', '--target', './draw-naive.target.js']);
    expect(found.code, found.stderr).toBe(1);
    const text = folder.read('draw-naive.target.js');
    folder.write('draw-naive.target.js', text.replace("'naive'", "'renamed'"));
    const { code, stderr } = await folder.run(['replay', 'reports/latest/report.json']);
    expect(stderr).toContain(
      'expected a target that the report has a schedule of (memory/naive), got memory/renamed',
    );
    expect(code).toBe(4);
  });

  it('draws schedules by random priorities, and says how likely that is to miss something', async ({
    folder,
  }) => {
    const pct = ['--search', 'pct', '--depth', '2', '--max-schedules', '200', '--seed', 'one'];
    const { code, report } = await explored(folder, ['last-seat', '--target', 'memory/mutex', ...pct]);
    expect(code).toBe(0);
    const { chance, schedules, isExhaustive } = targetOf(report, 'memory/mutex');
    expect(schedules.run).toBe(200);
    expect(isExhaustive).toBe(false);
    expect(chance?.each).toBeCloseTo(1 / (2 * chance!.steps), 10);
    expect(chance?.all).toBeGreaterThan(0.99);
    const caught = await explored(folder, ['last-seat', '--target', 'memory/naive', ...pct]);
    expect(targetOf(caught.report, 'memory/naive').verdict).toBe('violated');
  });

  it('never claims to be exhaustive where it was cut', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/mutex', '--max-schedules', '3'];
    const { code, report } = await explored(folder, words);
    expect(targetOf(report, 'memory/mutex')).toMatchObject({
      verdict: 'inconclusive',
      isExhaustive: false,
      reasons: ['it ended after 3 schedules'],
    });
    expect(code).toBe(2);
    const bounded = await explored(folder, ['flash-sale', '--target', 'memory/naive', '--preemptions', '0']);
    expect(targetOf(bounded.report, 'memory/naive')).toMatchObject({
      verdict: 'holds',
      isExhaustive: false,
      cut: ['no client was interrupted'],
    });
  });

  it('names every mistake at once', async ({ folder }) => {
    const { code, stderr } = await folder.run([
      ...['explore', 'flash-sale', '--target', 'postgres/naiv', '--search', 'bfs', '--clients', '12'],
      ...['--budget', '5', '--preemptions', 'x', '--no-report'],
    ]);
    expect(code).toBe(4);
    for (const word of ['naiv', 'bfs', '--budget', '--preemptions']) expect(stderr).toContain(word);
  });

  it('takes no single client, whose only order would pass for all', async ({ folder }) => {
    const { code, stderr } = await folder.run(['explore', 'flash-sale', '--clients', '1', '--no-report']);
    expect(code).toBe(4);
    expect(stderr).toContain(
      'expected 2 clients or more, since one alone has nobody to interleave with, got 1',
    );
  });

  it('says in its help how it searches', async ({ folder }) => {
    const { code, stdout } = await folder.run(['explore', 'flash-sale', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--no-reduction');
    expect(stdout).toMatch(/--clients <number> +buyers, one attempt each \(default: 2\)/);
    expect(stdout).toContain('2    inconclusive');
  });
});
