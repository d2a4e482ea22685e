import { describe, expect } from 'vitest';
import { it, judged } from './fixtures/user-folder.fixture.js';

const DRAW = [
  'draw.scenario.fixture.ts',
  'draw-target.fixture.js',
  'draw-atomic.target.fixture.js',
  'draw-naive.target.fixture.js',
];

/** Scenario, checker and contract beside it, in a file of their own. */
const CONFIG = `import { defineConfig } from 'race-check';
import drawAtOnce from './draw.scenario.js';
import atomic from './draw-atomic.target.js';
import naive from './draw-naive.target.js';

const control = { target: 'memory/naive', shows: ['number-drawn-twice'] };
export default defineConfig({
  targets: [atomic, naive],
  scenarios: [{ ...drawAtOnce, name: 'my-draw', controls: { memory: control }, defaultTarget: 'atomic' }],
});
`;

const MISTAKES = `import { defineConfig, defineHttpTarget } from 'race-check';
import { checkout } from 'race-check/scenarios/checkout/contract';
import atomic from './draw-atomic.target.js';

export default defineConfig({
  target: [atomic],
  targets: [
    defineHttpTarget({
      contract: checkout,
      name: 'shop',
      baseUrl: 'ftp://127.0.0.1',
      start: { command: [] },
      reset: { request: () => ({ path: '/reset' }) },
      operations: {},
      state: { request: { path: '/state' }, final: (answer) => answer.json() },
    }),
    { ...atomic, id: 'atomic' },
  ],
  scenarios: [{ name: 'mine', contract: { name: 'draw', operations: {} }, checkers: [] }],
} as never);
`;

describe.concurrent('a race-check.config.ts', { timeout: 120_000 }, () => {
  it('holds scenarios and targets that are found by their names, and whose numbers are flags', async ({
    folder,
  }) => {
    folder.copy(...DRAW);
    folder.write('race-check.config.ts', CONFIG);
    const words = ['my-draw', '--clients', '5', '--first-number', '40', '--trials', '3'];
    const { code, report } = await folder.report(words);
    expect(report.scenario).toMatchObject({ name: 'my-draw', contract: 'draw', parameters: { clients: 5 } });
    expect(judged(report, 'memory/atomic')).toMatchObject({
      verdict: 'holds',
      control: { target: 'memory/naive', caught: true },
    });
    expect(code).toBe(0);
    expect((await folder.run(['my-draw', '--help'])).stdout).toContain('--first-number <number>');

    const compared = await folder.report(['compare', 'my-draw', '--trials', '2']);
    expect(compared.report.targets.map(({ id, role }) => `${id} ${role}`)).toEqual([
      'memory/atomic named',
      'memory/naive named',
    ]);
    expect(folder.left()).toEqual([]);
  });

  it('may have another name, be JavaScript, and be listed', async ({ folder }) => {
    folder.copy(...DRAW);
    folder.write('other.mjs', CONFIG);
    const { stdout } = await folder.run(['list', '--config', 'other.mjs']);
    expect(stdout).toMatch(/\ndraw: scenarios\n {2}my-draw +Everybody draws at once\.\n/);
    expect(stdout).toMatch(/\ndraw: targets\n {2}memory\/atomic +\S[^\n]*\n {2}memory\/naive +\S/);
    const named = await folder.report([
      'my-draw',
      '--config=other.mjs',
      '--target',
      'naive',
      '--trials',
      '9',
    ]);
    expect(judged(named.report, 'memory/naive').verdict).toBe('violated');
    expect((await folder.run(['my-draw'])).stderr).toContain('unknown scenario "my-draw"');
  });

  it('judges the histories of its scenarios again', async ({ folder }) => {
    folder.copy(...DRAW);
    folder.write('race-check.config.ts', CONFIG);
    await folder.run(['my-draw', '--target', 'naive', '--trials', '9']);
    const checked = await folder.run(['check', 'reports/latest/history.jsonl']);
    expect(checked.stdout).toContain('number drawn twice');
    expect(checked.code).toBe(1);
  });

  it('names all of its mistakes at once', async ({ folder }) => {
    folder.copy(...DRAW);
    folder.write('race-check.config.ts', MISTAKES);
    const { code, stdout, stderr } = await folder.run(['flash-sale', '--target', 'shop']);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    const [head, ...lines] = stderr.trimEnd().split('\n');
    expect(head).toBe('race-check:');
    const at = '  race-check.config.ts: ';
    expect(lines).toEqual([
      `${at}unknown part "target", did you mean "targets"? (known: targets, scenarios)`,
      `${at}targets[0] (http/shop): operations.checkout: expected { request, outcome }, got nothing`,
      `${at}targets[0] (http/shop): baseUrl: it begins with "ftp://", not with "http://" or "https://"`,
      `${at}targets[0] (http/shop): start.command: expected a command such as "node server.js", got []`,
      `${at}targets[1] (atomic): id: expected an id such as "postgres/my-strategy"`,
      ...['describe', 'parameters', 'initial', 'attempts', 'checkers'].map(
        (part): unknown =>
          expect.stringMatching(new RegExp(`scenarios\\[0\\] \\(mine\\): ${part}: .*expected`)) as string,
      ),
      ...['tally', 'expected', 'controls', 'defaultTarget'].map((part): unknown =>
        expect.stringContaining(`scenarios[0] (mine): ${part}: `),
      ),
      'See race-check --help.',
    ]);
  });

  it('has no name twice, and none of ours', async ({ folder }) => {
    folder.copy(...DRAW);
    folder.write(
      'race-check.config.ts',
      CONFIG.replace(
        '[atomic, naive]',
        "[atomic, atomic, { ...naive, contract: 'drawn' }, { ...naive, contract: 'checkout' }]",
      ).replace("name: 'my-draw'", "name: 'last-unit'"),
    );
    const { code, stderr } = await folder.run(['list']);
    expect(code).toBe(4);
    expect(stderr).toContain('targets[1]: there is another target memory/atomic for draw');
    expect(stderr).toContain('targets[2] (memory/naive): there is no scenario of the contract "drawn"');
    expect(stderr).toContain('targets[3]: memory/naive is one of ours: give it another name');
    expect(stderr).toContain('scenarios[0]: last-unit is one of ours: give it another name');
  });

  it('that is missing, or is no code, is told of by its name', async ({ folder }) => {
    const missing = await folder.run(['flash-sale', '--config', 'nowhere.ts']);
    expect(missing).toMatchObject({ code: 4, stdout: '' });
    expect(missing.stderr).toContain('got "nowhere.ts": there is no such file');
    folder.write('race-check.config.ts', 'export default {{');
    const broken = await folder.run(['flash-sale']);
    expect(broken).toMatchObject({ code: 3, stdout: '' });
    expect(broken.stderr).toMatch(/race-check\.config\.ts could not be loaded: /);
    expect(broken.stderr).not.toMatch(/\n +at /);
  });
});
