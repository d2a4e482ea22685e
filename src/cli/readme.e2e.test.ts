import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TARGETS } from '../../targets/index.js';
import { SAYS_WHAT_NOT } from '../../targets/prevents.fixture.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'dist/src/cli/main.js');
const OUT = mkdtempSync(path.join(os.tmpdir(), 'race-check-readme-'));
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const CONTRIBUTING = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const CHANGELOG = readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8');
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };

afterAll(() => rmSync(OUT, { recursive: true, force: true }));

function raceCheck(words: readonly string[], cwd = ROOT) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...words], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '110', NO_COLOR: '1' },
  });
  return { stdout, stderr, status };
}

/** What differs from run to run is taken out: numbers, the seed, and the columns for which their width leaves room. */
function shapeOf(output: string): string {
  return output
    .replace(/seed \S+/g, 'seed')
    .replace(/A wider terminal.*/g, '')
    .replace(/least tried start, [a-z-]+:/, 'least tried start:')
    .replace(/\d[\d,.]*( ms|-\d+)?/g, '')
    .replace(/(?<=\s)(-|<|%|p50|p95|p99|ops\/s|rate|overlap|pairs|\(control\))(?=\s)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code]) => code!,
  );
}

function commands(text: string): string[][] {
  return blocks(text, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => /(?:^|&& )(?:npx )?race-check (.*?)(?:\s+#.*)?$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map((line) => line.split(/\s+/));
}

/** What makes a command of the README short enough for a test, where it is not a run of one scenario. */
const BRIEFLY: Readonly<Record<string, readonly string[]>> = {
  list: [],
  check: [],
  doctor: [],
  matrix: ['--budget', '4s', '-q'],
  explore: ['--out', OUT, '-q'],
  replay: ['-q'],
};
/** Nothing is judged on fewer trials within a budget. */
const BUDGETED = ['--budget', '10s', '--trials', '5', '--no-report', '-q'];

function briefly(words: readonly string[]): readonly string[] {
  if (words.includes('--budget') && words[0] === 'compare') return [...BUDGETED];
  return BRIEFLY[words[0]!] ?? ['--trials', '3', '--no-report', '-q'];
}

describe('the README', () => {
  it('shows a table as the command under it prints it', () => {
    const { stdout, status } = raceCheck(['flash-sale', '--no-report', '-q']);
    expect(status, stdout).toBe(0);
    const [shown = ''] = blocks(README, 'text');
    expect(shapeOf(stdout)).toBe(shapeOf(shown));
  });

  describe('in its matrix', () => {
    // A name too long for its column goes on in the next line.
    const matrix = (blocks(README, 'text').find((block) => block.startsWith('matrix')) ?? '').replace(
      /^( {3}[a-z0-9-]+-)( .*)\n {3}([a-z0-9-]+)$/gm,
      '$1$3$2',
    );
    const [, ...sections] = matrix.split(/\n(?= \w+ {2,}\S)/);
    const shown = new Set(
      sections.flatMap((section) => {
        const [head = '', ...rows] = section.split('\n');
        const contract = head.trim().split(/\s+/)[0]!;
        let store = '';
        return rows.flatMap((row) => {
          store = /^ (\w+)\/$/.exec(row)?.[1] ?? store;
          const strategy = /^ {3}([a-z0-9-]+) +\S/.exec(row)?.[1];
          return strategy === undefined ? [] : [`${contract} ${store}/${strategy}`];
        });
      }),
    );
    const registered = Object.entries(TARGETS).flatMap(([contract, ids]) =>
      // An API of ours is one of these strategies with a server before it.
      Object.keys(ids).flatMap((id) => (id.startsWith('http/') ? [] : [`${contract} ${id}`])),
    );

    it('shows strategies that there are, all of which were as they claim', () => {
      expect([...shown].filter((one) => !registered.includes(one))).toEqual([]);
      expect(shown.size).toBeGreaterThan(80);
      expect(matrix).not.toMatch(/[✔◐✘][^\n]*!(?=\s)/);
    });

    it('leaves none out of what is released', ({ skip }) => {
      const missing = registered.filter((one) => !shown.has(one));
      const isReleased = !CHANGELOG.includes(`\n## ${version} (unreleased)\n`);
      // All of it is measured together, in a quarter of an hour: before a release, and not for each new strategy.
      skip(!isReleased && missing.length > 0, `npm run readme has not measured yet: ${missing.join(', ')}`);
      expect(missing).toEqual([]);
    });
  });

  it('shows the target of the examples', () => {
    const target = readFileSync(path.join(ROOT, 'examples/own-target/my.target.ts'), 'utf8');
    expect(README).toContain(target.trim());
  });

  it('shows a burst that is understood', () => {
    writeFileSync(path.join(OUT, 'booking.json'), '{}');
    const [line = ''] = blocks(README, 'bash');
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    const { stderr } = raceCheck([...words.slice(1), '--nonsense'], OUT);
    expect(stderr).toBe('race-check: unknown option --nonsense\nSee race-check --help.\n');
  });

  it.each(commands(README).map((words) => [words.join(' '), words] as const))(
    'names a command that runs: race-check %s',
    (_line, words) => {
      const { stderr, stdout, status } = raceCheck(
        [
          // The run before it kept its report elsewhere.
          ...words.map((word) => word.replace(/^reports(?=\/latest)/, OUT)),
          ...briefly(words),
        ],
        path.join(ROOT, 'examples/own-target'),
      );
      const inRoot = words[0] === 'check' ? raceCheck(words) : { stderr, stdout, status };
      // 3: could not run, 4: wrong usage. The verdicts of three trials are not the README's.
      expect([0, 1, 2], inRoot.stderr).toContain(inRoot.status);
      expect(inRoot.stdout).not.toBe('');
      // `violated in 40 of 46 interleavings of 2 buyers`: what is counted is the same in every run.
      if (words[0] === 'explore') expect(inRoot.stdout.replace(/\s+/g, ' ')).toContain(saidOf(words));
    },
    120_000,
  );
});

/** What the README says beside a command. */
function saidOf(words: readonly string[]): string {
  const [, after = ''] = README.split(`npx race-check ${words.join(' ')} `);
  const said = /^ *# (.*)/.exec(after)?.[1];
  if (said === undefined) throw new Error(`expected a # behind ${words.join(' ')}`);
  return said;
}

describe('CONTRIBUTING', () => {
  const file = 'targets/checkout/postgres/no-key-update.ts';
  const clone = path.join(OUT, 'clone');
  const [strategy = '', registration = '', catching = ''] = blocksIndented(CONTRIBUTING);

  beforeAll(() => {
    mkdirSync(clone);
    for (const name of ['src', 'scenarios', 'node_modules', 'package.json']) {
      symlinkSync(path.join(ROOT, name), path.join(clone, name));
    }
    cpSync(path.join(ROOT, 'targets'), path.join(clone, 'targets'), { recursive: true });
  });

  const run = (text: string) => {
    writeFileSync(path.join(clone, file), text);
    return raceCheck(['flash-sale', '--target', `./${file}`, '--trials', '5', '--no-report', '-q'], clone);
  };

  it('shows a strategy that holds as it stands, and is caught without its lock', { timeout: 120_000 }, () => {
    expect(CONTRIBUTING).toContain(`npx race-check flash-sale --target ./${file}`);
    const { stdout, stderr, status } = run(strategy);
    expect(status, stderr + stdout).toBe(0);
    expect(stdout).toContain('✔ postgres/no-key-update holds');

    const broken = strategy.replace(", 'for no key update')", ')');
    expect(broken).not.toBe(strategy);
    const caught = run(broken);
    expect(caught.status).toBe(1);
    expect(caught.stdout).toContain('lost update, as trial');
    expect(/prevents: (.*)/.exec(strategy)?.[1]).toMatch(SAYS_WHAT_NOT);
  });

  it('shows lines as they stand for other strategies where they are to be added', () => {
    const [index, conformance] = ['targets/index.ts', 'targets/checkout/conformance.test.ts'].map((one) =>
      readFileSync(path.join(ROOT, one), 'utf8'),
    );
    expect(index).toContain(registration.trim().replaceAll('no-key-update', 'for-update'));
    expect(conformance).toContain(catching.trim().replace('noKeyUpdateUnlocked', 'optimisticUnversioned'));
  });
});

/** A code block inside a numbered list stands three columns in. */
function blocksIndented(text: string): string[] {
  return [...text.matchAll(/ {3}```ts\n([\s\S]*?) {3}```/g)].map(([, code]) => code!.replace(/^ {3}/gm, ''));
}
