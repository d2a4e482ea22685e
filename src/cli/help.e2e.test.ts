import { describe, expect } from 'vitest';
import { it } from './fixtures/user-folder.fixture.js';

const COMMANDS = [
  ...['run', 'compare', 'explore', 'replay', 'export', 'judge'],
  ...['matrix', 'doctor', 'init', 'burst', 'list', 'check'],
];

/** What the examples read, beside what is copied. */
const READ = ['theirs.jsonl', 'reports/latest/history.jsonl', 'runner-1.json', 'runner-2.json'];

/** The words of a command line, as a shell would take them apart. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/** What stands below `Examples:`, without what is said beside a command, or done with its output. */
function examplesOf(help: string): readonly string[] {
  const [, below = ''] = help.split('\nExamples:\n');
  const [examples = ''] = below.split('\n\n');
  return examples
    .replace(/ \\\n +/g, ' ')
    .split('\n')
    .flatMap(
      (line) => /^ {2}race-check (.*?)(?: {2,}.*| > .*| every interleaving.*)?$/.exec(line)?.[1] ?? [],
    );
}

describe.concurrent('the help', { timeout: 120_000 }, () => {
  it.for(COMMANDS)(
    'of %s shows examples that are understood, and what an exit code means',
    async (name, { folder }) => {
      folder.copy(
        'shop.fixture.ts',
        'my-shop.target.fixture.ts',
        'draw.scenario.fixture.ts',
        'draw-target.fixture.js',
      );
      folder.write('my.target.ts', folder.read('my-shop.target.ts'));
      folder.write('users.csv', `name,token\n${'Ada,secret\n'.repeat(20)}`);
      folder.write('booking.json', '{}');
      for (const file of READ) folder.write(file, '');
      const { code, stdout, stderr } = await folder.run(['help', name]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`^Usage: race-check ${name} `));
      expect(stdout).not.toContain('(default: [])');
      expect(stdout).toMatch(['init', 'list'].includes(name) ? /Options:/ : /[Ee]xit code/);
      const examples = examplesOf(stdout);
      expect(examples.length > 0).toBe(name !== 'list');
      for (const example of examples) {
        const refused = await folder.run([...wordsOf(example), '--nonsense']);
        expect([example, refused.stderr]).toEqual([
          example,
          'race-check: unknown option --nonsense\nSee race-check --help.\n',
        ]);
        expect(refused.code).toBe(4);
      }
    },
  );

  it('of the program shows examples that are understood, and what it reads from the environment', async ({
    folder,
  }) => {
    folder.copy('draw.scenario.fixture.ts', 'draw-target.fixture.js', 'draw-atomic.target.fixture.js');
    for (const file of READ) folder.write(file, '');
    const { stdout } = await folder.run(['--help']);
    for (const name of ['RACE_CHECK_POSTGRES_URL', 'RACE_CHECK_REQUIRE', 'NO_COLOR', 'COLUMNS']) {
      expect(stdout).toContain(name);
    }
    const examples = examplesOf(stdout).filter((line) => !/my\.scenario|main\.json/.test(line));
    expect(examples.length).toBeGreaterThan(6);
    for (const example of examples) {
      const refused = await folder.run([...wordsOf(example), '--nonsense']);
      expect([example, refused.stderr]).toEqual([
        example,
        'race-check: unknown option --nonsense\nSee race-check --help.\n',
      ]);
    }
  });

  it('of a scenario has its own numbers, in both ways to ask', async ({ folder }) => {
    const asWord = await folder.run(['help', 'flash-sale']);
    expect(asWord).toEqual(await folder.run(['flash-sale', '--help']));
    expect(asWord.stdout).toContain('--stock <number>');
  });

  it('of what nobody knows is refused, with the nearest name', async ({ folder }) => {
    const { code, stderr } = await folder.run(['help', 'compaer']);
    expect(stderr).toBe(
      'race-check: unknown command or scenario "compaer", did you mean "compare"?\nSee race-check --help.\n',
    );
    expect(code).toBe(4);
  });
});
