import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TARGETS } from '../../targets/index.js';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'dist/src/cli/main.js');
const OUT = mkdtempSync(path.join(os.tmpdir(), 'race-check-readme-'));
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const CONTRIBUTING = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8');

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
  matrix: ['--budget', '10s', '-q'],
  explore: ['--out', OUT, '-q'],
  replay: ['-q'],
};

describe('the README', () => {
  it('shows a table as the command under it prints it', () => {
    const { stdout, status } = raceCheck(['flash-sale', '--no-report', '-q']);
    expect(status, stdout).toBe(0);
    const [shown = ''] = blocks(README, 'text');
    expect(shapeOf(stdout)).toBe(shapeOf(shown));
  });

  it('shows a matrix with every strategy of every contract, all of which were as they claim', () => {
    // A name too long for its column goes on in the next line.
    const matrix = (blocks(README, 'text').find((block) => block.startsWith('matrix')) ?? '').replace(
      /^( {3}[a-z0-9-]+-)( .*)\n {3}([a-z0-9-]+)$/gm,
      '$1$3$2',
    );
    const [, ...sections] = matrix.split(/\n(?= \w+ {2,}\S)/);
    const shown = sections.flatMap((section) => {
      const [head = '', ...rows] = section.split('\n');
      const contract = head.trim().split(/\s+/)[0]!;
      let store = '';
      return rows.flatMap((row) => {
        store = /^ (\w+)\/$/.exec(row)?.[1] ?? store;
        const strategy = /^ {3}([a-z0-9-]+) +\S/.exec(row)?.[1];
        return strategy === undefined ? [] : [`${contract} ${store}/${strategy}`];
      });
    });
    const registered = Object.entries(TARGETS).flatMap(([contract, ids]) =>
      // An API of ours is one of these strategies with a server before it.
      Object.keys(ids).flatMap((id) => (id.startsWith('http/') ? [] : [`${contract} ${id}`])),
    );
    expect([...new Set(shown)].sort()).toEqual(registered.sort());
    expect(matrix).not.toMatch(/[✔◐✘][^\n]*!(?=\s)/);
  });

  it('shows the target of the examples', () => {
    const target = readFileSync(path.join(ROOT, 'examples/own-target/my.target.ts'), 'utf8');
    expect(README).toContain(target.trim());
  });

  it.each(commands(README).map((words) => [words.join(' '), words] as const))(
    'names a command that runs: race-check %s',
    (_line, words) => {
      const { stderr, stdout, status } = raceCheck(
        [
          // The run before it kept its report elsewhere.
          ...words.map((word) => word.replace(/^reports(?=\/latest)/, OUT)),
          ...(BRIEFLY[words[0]!] ?? ['--trials', '3', '--no-report', '-q']),
        ],
        path.join(ROOT, 'examples/own-target'),
      );
      const inRoot = words[0] === 'check' ? raceCheck(words) : { stderr, stdout, status };
      // 3: could not run, 4: wrong usage. The verdicts of three trials are not the README's.
      expect([0, 1, 2], inRoot.stderr).toContain(inRoot.status);
      expect(inRoot.stdout).not.toBe('');
    },
    120_000,
  );
});

describe('CONTRIBUTING', () => {
  it('shows a strategy that runs as it stands', () => {
    const [strategy = ''] = blocksIndented(CONTRIBUTING);
    const file = path.join(OUT, 'no-key-update.target.ts');
    const standalone = strategy
      .replace('../../../src/stores/postgres/connect.js', 'race-check/postgres')
      .replace("'../cart.js'", "'race-check/targets/checkout/cart'")
      .replace("'./schema.js'", "'race-check/targets/checkout/postgres/schema'")
      .replace("'./steps.js'", "'race-check/targets/checkout/postgres/steps'");
    writeFileSync(file, standalone);
    const { stdout, stderr, status } = raceCheck(
      ['flash-sale', '--target', file, '--trials', '5', '--no-report', '-q'],
      OUT,
    );
    expect(status, stderr + stdout).toBe(0);
    expect(stdout).toContain('postgres/no-key-update');
  });
});

/** A code block inside a numbered list stands three columns in. */
function blocksIndented(text: string): string[] {
  return [...text.matchAll(/ {3}```ts\n([\s\S]*?) {3}```/g)].map(([, code]) => code!.replace(/^ {3}/gm, ''));
}
