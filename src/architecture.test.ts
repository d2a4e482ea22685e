import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Which rooms a room may import from, besides itself. Imports go downwards only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/checkers': ['src/core'],
  'src/verdict': ['src/core'],
  'src/process': [],
  'src/stores': ['src/core', 'src/process'],
  'src/engine': ['src/core', 'src/checkers', 'src/verdict', 'src/stores', 'src/process'],
  'src/http': ['src/core', 'src/stores'],
  'src/reference-api': ['src/core', 'src/engine', 'src/http', 'scenarios', 'targets'],
  'src/burst': ['src/core', 'src/http', 'src/stores'],
  'src/wire': ['src/core', 'src/stores'],
  // Knows steps, and no protocol.
  'src/explore': ['src/core', 'src/checkers', 'src/stores', 'src/engine'],
  'src/report': ['src/core'],
  'src/session': [
    ...['src/core', 'src/checkers', 'src/verdict', 'src/stores', 'src/process', 'src/engine', 'src/report'],
    ...['src/http', 'src/burst', 'src/explore', 'src/wire', 'scenarios', 'targets'],
  ],
  'src/cli': [
    ...['src/core', 'src/session', 'src/report', 'src/engine', 'src/explore', 'src/burst', 'src/http'],
    'scenarios',
  ],
  scenarios: ['src/core', 'src/checkers'],
  targets: ['src/core', 'src/stores', 'src/http', 'scenarios'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(?:type\s)?[^'"`;]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
  );
  return [...statements].map(([, from, lazy]) => ({
    from: file,
    to: path.posix.join(path.posix.dirname(file), from ?? lazy!),
  }));
}

function roomOf(file: string): string {
  const [first, second] = file.split('/');
  return first === 'src' && second !== undefined && !second.includes('.') ? `src/${second}` : first!;
}

const files = [...sources('src'), ...sources('scenarios'), ...sources('targets')];

describe('the architecture', () => {
  it('has a rule for every room', () => {
    const rooms = new Set(files.filter((file) => file !== 'src/index.ts').map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it.each(Object.entries(MAY_IMPORT))('lets %s import only from below', (room, below) => {
    const wrong = files
      .filter((file) => roomOf(file) === room)
      .flatMap(importsOf)
      .filter(({ to }) => roomOf(to) !== room && !below.includes(roomOf(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('keeps stores out of scenarios and drivers out of everything but stores and targets', () => {
    const drivers = /from '(pg|mongodb|redis|ioredis)'/;
    const holders = files.filter((file) => drivers.test(readFileSync(path.join(ROOT, file), 'utf8')));
    expect(holders.filter((file) => !/^(src\/stores|targets)\//.test(file))).toEqual([]);
    expect(holders.length).toBeGreaterThan(0);
  });

  it('reads argv, the environment and the wall clock in src/cli alone', () => {
    const readers = files
      .filter((file) => !file.startsWith('src/cli/'))
      .filter((file) =>
        /process\.(argv|exitCode)|process\.exit\(|Date\.now\(/.test(
          readFileSync(path.join(ROOT, file), 'utf8'),
        ),
      );
    // Programs of their own, which end with their parent.
    expect(readers.sort()).toEqual([
      'src/process/reaper-process.ts',
      'src/reference-api/main.ts',
      'src/session/explorer-process.ts',
      'src/session/worker-process.ts',
    ]);
  });
});
