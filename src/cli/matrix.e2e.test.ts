import { describe, expect } from 'vitest';
import { cellsOf } from '../report/matrix-cell.js';
import { matrixSchema, type JudgedCell, type Matrix } from '../report/matrix-report.js';
import { judged, it, type UserFolder } from './fixtures/user-folder.fixture.js';

const QUICK = ['matrix', '--contract', 'checkout', '--trials', '5', '--quiet'];

async function matrixOf(folder: UserFolder, words: readonly string[]) {
  const ended = await folder.run([...words, '--json']);
  if (!ended.stdout.startsWith('{')) throw new Error(`no matrix on stdout: ${JSON.stringify(ended)}`);
  return { ...ended, matrix: matrixSchema.parse(JSON.parse(ended.stdout)) };
}

function judgedCells(matrix: Matrix): readonly (JudgedCell & { readonly scenario: string })[] {
  return cellsOf(matrix).flatMap(({ scenario, cell }) =>
    cell.outcome === 'judged' ? [{ ...cell, scenario }] : [],
  );
}

describe.concurrent('race-check matrix', { timeout: 120_000 }, () => {
  it('shows every strategy of a store in every scenario of a contract, and writes it as Markdown', async ({
    folder,
  }) => {
    const words = [...QUICK, '--store', 'memory', '--budget', '90s', '--markdown', 'matrix.md'];
    const { code, stdout, stderr } = await folder.run(words);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^ checkout +flash-sale +last-unit +basket/m);
    expect(stdout).toMatch(/^ {3}naive +✘ \d+ %/m);
    expect(stdout).toMatch(/^ {3}mutex +✔ 1\.0x/m);
    expect(stdout).toContain('that could be judged are as claimed');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
    const markdown = folder.read('matrix.md');
    expect(markdown).toContain('| memory/mutex | ✔ 1.0x<br>0 of 5, < 45.1 % |');
    expect(folder.left()).toEqual([]);
  });

  it('judges no cell on fewer than five trials, and says that it was the budget', async ({ folder }) => {
    const { code, matrix, stderr } = await matrixOf(folder, [
      ...['matrix', '--contract', 'checkout', '--store', 'memory', '--budget', '1s'],
    ]);
    const cells = judgedCells(matrix);
    const cut = cells.filter(({ budgetExhausted }) => budgetExhausted);
    expect(cells).toHaveLength(10);
    expect(cut.length).toBeGreaterThan(0);
    for (const { verdict, trials, reasons } of cut) {
      expect(verdict).toBe('inconclusive');
      expect(trials.run).toBeLessThan(5);
      expect(reasons[0]).toMatch(/^budget: /);
    }
    for (const { trials, verdict } of cells)
      if (verdict !== 'inconclusive') expect(trials.run).toBeGreaterThan(4);
    expect(code).toBe(2);
    const lines = stderr.split('\n');
    expect(lines.filter((line) => /^\d+\/10 /.test(line))).toHaveLength(10);
    const untried = lines.filter((line) => /^\d+\/10 .*: inconclusive, no time for it$/.test(line));
    for (const line of untried) {
      const [, name] = /^\d+\/10 (.*): inconclusive/.exec(line)!;
      const [first, second] = lines.filter((other) => other.includes(`${name}:`));
      expect(first).toBe(line);
      // Whatever else is told of it is its second turn, out of what the others left.
      if (second !== undefined) expect(second).toContain(`once more: ${name}:`);
    }
    expect(matrix.budget.usedMs).toBeLessThan(20_000);
  });

  it('runs on one PostgreSQL, and says who waited for whom there', async ({ folder }) => {
    const { code, matrix, stderr } = await matrixOf(folder, [
      ...['matrix', '--contract', 'seats', '--store', 'postgres', '--trials', '6', '--budget', '90s'],
    ]);
    const cells = judgedCells(matrix);
    const onTheBus = (id: string) => cells.find((cell) => cell.id === id && cell.scenario === 'school-bus')!;
    expect([0, 2], JSON.stringify(cells.filter(({ met }) => !met))).toContain(code);
    expect(Object.keys(matrix.environment.stores)).toEqual(['postgres']);
    expect(onTheBus('postgres/naive').verdict).toBe('violated');
    const { monitoring, cost } = onTheBus('postgres/for-update');
    expect(cost).toBeGreaterThanOrEqual(1);
    expect(monitoring.lockWaits!.longestMs).toBeGreaterThanOrEqual(monitoring.lockWaits!.meanMs);
    expect(monitoring.waitedFor.some(({ seenBy }) => seenBy === 'server')).toBe(true);
    expect(onTheBus('postgres/naive').monitoring.discrepancy!.largest).toBeGreaterThan(0);
    expect(stderr).toMatch(/^1\/\d+ last-seat postgres\/naive: up to 6 trials$/m);
    expect(folder.left()).toEqual([]);
  });

  it('shows what there is after Ctrl-C, and exits with 130', async ({ folder }) => {
    const running = await folder.start([
      ...['matrix', '--contract', 'checkout', '--store', 'memory', '--trials', '5000', '--budget', '1h'],
    ]);
    await running.says('1/10 flash-sale memory/naive');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('Interrupted: these are partial results.');
    expect(stdout).toMatch(/^ {3}mutex +\?/m);
    expect(folder.left()).toEqual([]);
  });

  it('names every mistake at once, before anything is started', async ({ folder }) => {
    const { code, stderr } = await folder.run([
      ...['matrix', '--contract', 'chekout', '--store', 'postgers', '--budget', 'soon', '--trials', '2'],
      ...['--markdown', '/dev/null/matrix.md', '--colour', 'surplus'],
    ]);
    expect(code).toBe(4);
    expect(stderr).toContain('did you mean "checkout"?');
    expect(stderr).toContain('did you mean "postgres"?');
    expect(stderr).toContain('for --budget, got "soon"');
    expect(stderr).toContain('expected 5 trials or more');
    expect(stderr).toContain('"/dev/null/matrix.md": a part of this path is a file');
    expect(stderr).toContain('unknown option --colour');
  });
});

describe.concurrent('race-check compare --store', { timeout: 120_000 }, () => {
  it('compares only the targets on these stores', async ({ folder }) => {
    const { code, report } = await folder.report([
      ...['compare', 'flash-sale', '--store', 'memory', '--trials', '5'],
    ]);
    expect(code).toBe(0);
    expect(report.targets.map(({ id }) => id)).toEqual(['memory/naive', 'memory/mutex']);
    const { monitoring } = judged(report, 'memory/mutex');
    expect(monitoring).toMatchObject({ attempts: 165, successes: 165, rollbacksPerAttempt: 0 });
    expect(monitoring.lockWaits?.count).toBe(165);
    expect(monitoring.waitedFor).toHaveLength(20);
  });

  it.for([
    [['--store', 'postgers'], 'unknown store "postgers", did you mean "postgres"?'],
    [['--store', 'file'], 'no target on file: the targets here are on'],
    [['--store', ''], 'expected names, separated by commas, for --store'],
    [
      ['--store', 'postgres', '--target', 'memory/mutex'],
      'target memory/mutex: it is on memory, and only postgres was asked for',
    ],
  ] as const)('refuses %j', async ([words, problem], { folder, expect: expectHere }) => {
    const { code, stderr } = await folder.run(['compare', 'flash-sale', ...words]);
    expectHere(code).toBe(4);
    expectHere(stderr).toContain(problem);
  });
});
