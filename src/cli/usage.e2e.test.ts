import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './fixtures/user-folder.fixture.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe.concurrent('race-check tells how it is used', { timeout: 120_000 }, () => {
  it('shows commands and exit codes with --help', async ({ folder }) => {
    const { code, stdout } = await folder.run(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'compare', 'list', 'check']) expect(stdout).toMatch(`  ${command} `);
    expect(stdout).toMatch(/Exit codes:\n {2}0 +holds[^]* 1 +violated[^]* 2 +inconclusive/);
    expect(stdout).toMatch(/ 3 +could not run[^]* 4 +wrong usage[^]* 130 +interrupted \(143: terminated\)/);
  });

  it("shows a scenario's own numbers, with their defaults", async ({ folder }) => {
    const { code, stdout } = await folder.run(['flash-sale', '--help']);
    expect(code).toBe(0);
    for (const [flag, fallback] of [
      ['--stock', 20],
      ['--clients', 33],
      ['--retries', 33],
    ] as const) {
      const [, words = ''] = stdout.split(`${flag} <number>`);
      expect(words.split('\n  -')[0]?.replace(/\s+/g, ' ')).toContain(`(default: ${fallback})`);
    }
    expect(stdout).toContain('Exit codes:');
    expect((await folder.run(['compare', 'flash-sale', '--help'])).stdout).toContain('--stock <number>');
  });

  it('tells its version', async ({ folder }) => {
    expect(await folder.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists scenarios and targets, for people and as JSON', async ({ folder }) => {
    const { code, stdout } = await folder.run(['list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^checkout: scenarios\n {2}flash-sale +More buyers than units/);
    expect(stdout).toMatch(/\n {2}postgres\/for-update +\S/);

    const listed = JSON.parse((await folder.run(['list', '--json'])).stdout) as {
      contract: string;
      scenarios: { name: string; defaultTarget: string }[];
      targets: { id: string; stores: string[]; expectations: Record<string, string> }[];
    }[];
    const checkout = listed.find(({ contract }) => contract === 'checkout');
    expect(checkout?.scenarios.find(({ name }) => name === 'flash-sale')).toMatchObject({
      defaultTarget: 'postgres/for-update',
    });
    expect(checkout?.targets.find(({ id }) => id === 'postgres/naive')).toMatchObject({
      stores: ['postgres'],
      expectations: { 'flash-sale': 'violated' },
    });
  });
});

describe.concurrent(
  'race-check refuses what makes no sense, with exit code 4 and nothing started:',
  {
    timeout: 120_000,
  },
  () => {
    it.for<readonly [string, string, readonly string[]]>([
      ['no scenario', '', ['expected a scenario; race-check list shows them all']],
      ['a mistyped command', 'cmopare flash-sale', ['unknown command "cmopare", did you mean "compare"?']],
      ['an unknown scenario', 'flash-sail', ['unknown scenario "flash-sail", did you mean "flash-sale"?']],
      ['a scenario file that is not there', './gone.ts', ['scenario ./gone.ts: there is no such file']],
      [
        'an unknown target',
        'flash-sale --target postgres/for-updat',
        ['unknown target "postgres/for-updat", did you mean "postgres/for-update"?'],
      ],
      [
        'a target file that is not there',
        'flash-sale --target ./gone.ts',
        ['target ./gone.ts: there is no such file'],
      ],
      ['an empty list of targets', 'flash-sale --target ,', ['expected ids or files', 'got ","']],
      [
        'a number that is none',
        'flash-sale --stock many',
        ['expected a whole number for --stock, got "many"'],
      ],
      [
        'a number out of its bounds',
        'last-unit --clients 1',
        ['expected a whole number from 2 to 10,000 for clients', 'got 1'],
      ],
      [
        'no trials',
        'flash-sale --trials 0',
        ['expected a whole number from 1 to 1,000,000 for trials, got 0'],
      ],
      [
        'a percentage above 100',
        'flash-sale --confidence 101%',
        ['expected a percentage between 0 and 100', '--confidence, got "101%"'],
      ],
      [
        'a duration without its unit',
        'flash-sale --timeout 5',
        ['expected a duration with its unit (500ms, 30s, 2m) for --timeout, got "5"'],
      ],
      ['an unknown option', 'flash-sale --trails 5', ['unknown option --trails, did you mean "--trials"?']],
      [
        'an unknown option before the scenario',
        '--trails 5 flash-sale',
        ['unknown option --trails, did you mean'],
      ],
      ['a word too many', 'flash-sale last-unit', ['unexpected argument "last-unit"']],
      ['an option without its value', 'flash-sale --trials', ['expected a number for --trials, got nothing']],
      [
        'trials together with what plans them',
        'flash-sale --trials 5 --max-rate 5%',
        ['expected either trials or max-rate, got both'],
      ],
      [
        'numbers that leave nothing to race for',
        'flash-sale --stock 5 --quantity 6',
        ['A cart of 6 cannot be filled from a stock of 5'],
      ],
      ['a file in the place of the output folder', 'flash-sale --out taken', ['got "taken": it is a file']],
      [
        'a file on the way to the output folder',
        'flash-sale --out taken/reports',
        ['got "taken/reports": a part of this path is a file'],
      ],
    ])('%s', async ([, words, expected], { folder }) => {
      folder.write('taken', 'I was here first');
      const { code, stdout, stderr } = await folder.run(words.split(' ').filter(Boolean));
      for (const part of expected) expect(stderr).toContain(part);
      expect(stderr).toMatch(/^race-check: .*\nSee race-check --help\.\n$/);
      expect(stdout).toBe('');
      expect(code).toBe(4);
      expect(folder.has('reports')).toBe(false);
      expect(folder.left()).toEqual([]);
    });

    it('a store that must be there and that nobody knows', async ({ folder }) => {
      const { code, stderr } = await folder.run(['flash-sale'], { RACE_CHECK_REQUIRE: 'postgress' });
      expect(stderr).toContain('unknown store "postgress" among the required ones, did you mean "postgres"?');
      expect(code).toBe(4);
    });

    it('a file whose export is no scenario, or no target', async ({ folder }) => {
      folder.write('nothing.ts', 'export default { name: "nothing" };');
      const scenario = await folder.run(['./nothing.ts']);
      expect(scenario.stderr).toContain(
        'scenario ./nothing.ts: expected its default export to be a scenario',
      );
      expect(scenario.stderr).toContain(
        'it lacks: contract, describe, parameters, initial, attempts, checkers, tally, expected, controls, defaultTarget',
      );
      const target = await folder.run(['flash-sale', '--target', './nothing.ts']);
      expect(target.stderr).toContain('target ./nothing.ts: expected its default export to be a target');
      expect([scenario.code, target.code]).toEqual([4, 4]);
    });

    it('a scenario whose parts are not what they should be, each of them', async ({ folder }) => {
      folder.copy('draw.scenario.fixture.ts', 'draw-target.fixture.js');
      folder.write(
        'odd.scenario.ts',
        `import draw from './draw.scenario.js';
export default { ...draw, checkers: () => [], tally: 5 };`,
      );
      const { code, stderr } = await folder.run(['./odd.scenario.ts']);
      expect(stderr).toContain('scenario ./odd.scenario.ts: checkers: expected a list of checkers');
      expect(stderr).toContain('scenario ./odd.scenario.ts: tally: expected a function');
      expect(code).toBe(4);
    });

    it('several mistakes, all of them at once', async ({ folder }) => {
      const words =
        'flash-sale --stock none --clients 0 --timeout 5 --trails 3 --target postgres/naiv,memory/mutx';
      const { code, stderr } = await folder.run([...words.split(' '), 'more']);
      expect(stderr.split('\n')).toEqual([
        'race-check:',
        expect.stringContaining('--trails'),
        expect.stringContaining('"more"'),
        expect.stringContaining('--stock, got "none"'),
        expect.stringContaining('--timeout, got "5"'),
        expect.stringContaining('clients (buyers, one attempt each), got 0'),
        expect.stringContaining('did you mean "postgres/naive"?'),
        expect.stringContaining('did you mean "memory/mutex"?'),
        'See race-check --help.',
        '',
      ]);
      expect(code).toBe(4);
    });

    it.for(['', 'compare ', 'explore '])(
      '%san unknown option in the place of a scenario',
      async (command, { folder }) => {
        const { code, stderr } = await folder.run(`${command}--foo`.split(' '));
        expect(stderr).toBe(
          'race-check:\n  unknown option --foo\n  expected a scenario; race-check list shows them all\nSee race-check --help.\n',
        );
        expect(code).toBe(4);
      },
    );

    it('an unknown scenario, without blame for the numbers that it may have', async ({ folder }) => {
      const { stderr } = await folder.run(['flash-sail', '--stock', '5', '--trails', '3']);
      expect(stderr).not.toContain('--stock');
      expect(stderr).toContain('unknown option --trails');
      expect(stderr).toContain('did you mean "flash-sale"?');
    });

    it.for<readonly [string, string]>([
      ['check --nonsense --config gone.ts', 'a history file (see docs/history-format.md)'],
      ['replay --nonsense --times', 'the report.json of an exploration'],
      ['judge --nonsense --config gone.ts', 'the output of each runner'],
      ['export --nonsense --parallelism none', 'a scenario'],
    ])(
      'a command without what it needs, beside all other mistakes: %s',
      async ([words, needed], { folder }) => {
        const { code, stdout, stderr } = await folder.run(words.split(' '));
        expect(stderr).toContain('  unknown option --nonsense\n');
        expect(stderr).toContain(`  expected ${needed}, got nothing\n`);
        expect(stderr).toMatch(/ for --(config|times|parallelism), got /);
        expect([code, stdout]).toEqual([4, '']);
      },
    );

    it('an option without its value, beside all other mistakes', async ({ folder }) => {
      const { code, stdout, stderr } = await folder.run([
        'flash-sale',
        '--colour',
        '--trials',
        'x',
        '--seed',
      ]);
      expect(stderr).toContain('  unknown option --colour\n');
      expect(stderr).toContain('  expected a text for --seed, got nothing\n');
      expect(stderr).toContain('  expected a whole number for --trials, got "x"\n');
      expect([code, stdout]).toEqual([4, '']);
      const spec = await folder.run(['explore', '--spec', 'gone.spec', '--trials', '--timeout']);
      expect(spec.stderr).toContain('unknown option --trials');
      expect(spec.stderr).toContain('no such file');
    });
  },
);
