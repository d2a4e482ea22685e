import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { describe, expect } from 'vitest';
import { it, judged } from './fixtures/user-folder.fixture.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/own-target/my.target.ts', import.meta.url));

const DRAW = [
  'draw.scenario.fixture.ts',
  'draw-target.fixture.js',
  'draw-atomic.target.fixture.js',
  'draw-naive.target.fixture.js',
];
const DRAW_ON_POSTGRES = [
  'draw-on-postgres.fixture.ts',
  'draw-locked.target.fixture.ts',
  'draw-postgres-naive.target.fixture.ts',
];

describe.concurrent("files of the user's own, in a folder without any package", { timeout: 120_000 }, () => {
  it('take part beside our own targets: TypeScript, in memory and on PostgreSQL', async ({ folder }) => {
    folder.copy('shop.fixture.ts', 'my-shop.target.fixture.ts');
    copyFileSync(EXAMPLE, path.join(folder.path, 'my.target.ts'));
    const targets = './my.target.ts,./my-shop.target.ts,postgres/naive';
    const { code, report } = await folder.report(['flash-sale', '--target', targets, '--trials', '3']);
    expect(report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'postgres/mine named',
      'memory/my-shop named',
      'postgres/naive named',
      'memory/naive control',
    ]);
    for (const id of ['postgres/mine', 'memory/my-shop']) {
      expect(judged(report, id)).toMatchObject({ verdict: 'holds', control: { caught: true } });
    }
    expect(judged(report, 'postgres/naive').verdict).toBe('violated');
    expect(code).toBe(1);
    expect(readdirSync(folder.path).sort()).toEqual(['my-shop.target.ts', 'my.target.ts', 'shop.ts']);
    expect(folder.left()).toEqual([]);
  });

  it('may be a scenario with a contract of its own: its numbers are flags, its control is a file beside it', async ({
    folder,
  }) => {
    folder.copy(...DRAW);
    const words = ['./draw.scenario.ts', '--clients', '5', '--first-number', '40', '--trials', '3'];
    const { code, report } = await folder.report(words);
    expect(report.scenario).toMatchObject({
      name: 'draw-at-once',
      contract: 'draw',
      parameters: { clients: 5, firstNumber: 40 },
    });
    expect(judged(report, 'memory/atomic')).toMatchObject({
      verdict: 'holds',
      tally: { drawn: { min: 5, max: 5 }, next: { min: 45, max: 45 } },
      control: { target: 'memory/naive', caught: true, shows: ['number-drawn-twice'] },
    });
    expect(code).toBe(0);
    const help = (await folder.run(['./draw.scenario.ts', '--help'])).stdout;
    expect(help).toContain('--first-number <number>');
    expect(folder.left()).toEqual([]);
  });

  it('are found beside the scenario from another folder, and a control that is named too runs once', async ({
    folder,
  }) => {
    folder.copy(...DRAW);
    mkdirSync(path.join(folder.path, 'deep'));
    for (const name of readdirSync(folder.path).filter((one) => one.startsWith('draw'))) {
      copyFileSync(path.join(folder.path, name), path.join(folder.path, 'deep', name));
    }
    const compared = await folder.report(['compare', './deep/draw.scenario.ts', '--trials', '2']);
    expect(compared.report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'memory/atomic named',
      'memory/naive control',
    ]);
    const named = await folder.report(['./draw.scenario.ts', '--target', './draw-naive.target.js']);
    expect(named.report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual(['memory/naive named']);
    expect([compared.code, named.code]).toEqual([0, 1]);
  });

  it('reach PostgreSQL through race-check/postgres, and say with NotHappened what did not happen', async ({
    folder,
  }) => {
    folder.copy(...DRAW, ...DRAW_ON_POSTGRES);
    const words = ['./draw.scenario.ts', '--target', './draw-locked.target.ts', '--trials', '3'];
    const { code, report } = await folder.report(words);
    // A trial in which nobody met is made up for.
    const { run } = judged(report, 'postgres/locked').trials;
    expect(judged(report, 'postgres/locked')).toMatchObject({
      verdict: 'holds',
      operations: { ok: run * 7, fail: run, info: 0 },
      errors: { 'second-thoughts': run },
      counts: { rollback: run },
      control: { target: 'postgres/naive', caught: true },
    });
    expect(judged(report, 'postgres/locked').overlap.interleavedPairs).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  it('may all be JavaScript, and record histories that are judged again with --scenario', async ({
    folder,
  }) => {
    folder.copy(...DRAW);
    const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2023 };
    const { outputText } = transpileModule(folder.read('draw.scenario.ts'), { compilerOptions });
    folder.write('draw.scenario.js', outputText);
    rmSync(path.join(folder.path, 'draw.scenario.ts'));
    const run = await folder.run(['./draw.scenario.js', '--target', './draw-naive.target.js', '--quiet']);
    expect(run.code).toBe(1);
    const words = ['check', 'reports/latest/history.jsonl', '--scenario', './draw.scenario.js'];
    const { code, stdout } = await folder.run(words);
    expect(stdout).toMatch(/✘ number drawn twice: two clients drew the number \d/);
    expect(code).toBe(1);
  });

  it('may have a checker that says why it cannot tell', async ({ folder }) => {
    folder.copy(...DRAW);
    folder.write(
      'doubtful.scenario.ts',
      `import { Undecided } from 'race-check';
import draw from './draw.scenario.js';
const check = () => { throw new Undecided('the numbers are not legible'); };
export default { ...draw, checkers: [...draw.checkers, { name: 'doubtful', anomalies: [], check }] };
`,
    );
    const words = ['./doubtful.scenario.ts', '--target', './draw-atomic.target.js', '--trials', '2'];
    const { code, report } = await folder.report(words);
    expect(judged(report, 'memory/atomic').reasons.join()).toContain('the numbers are not legible');
    expect(judged(report, 'memory/atomic').reasons.join()).not.toContain('crashed');
    expect(code).toBe(2);
  });

  it('are refused for a contract that is not theirs', async ({ folder }) => {
    folder.copy('shop.fixture.ts', 'my-shop.target.fixture.ts', ...DRAW);
    const { code, stderr } = await folder.run(['./draw.scenario.ts', '--target', './my-shop.target.ts']);
    expect(stderr).toContain('it implements the contract "checkout", but draw-at-once needs "draw"');
    expect(code).toBe(4);
  });
});
