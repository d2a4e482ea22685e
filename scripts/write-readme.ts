import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fills the README with a real run and the example's file, and keeps the report of an unsafe target as the example. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = path.join(ROOT, 'dist/src/cli/main.js');
const README = path.join(ROOT, 'README.md');
const SEED = 'example';
const MATRIX_BUDGET = '12m';

function raceCheck(...words: string[]): string {
  const { stdout, stderr, error } = spawnSync(process.execPath, [CLI, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '110', NO_COLOR: '1' },
  });
  if (error !== undefined || stdout === '') throw new Error(`race-check ${words.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

function put(text: string, place: string, language: string, content: string): string {
  const [from, to] = [`<!-- ${place} -->`, `<!-- /${place} -->`];
  const start = text.indexOf(from);
  const end = text.indexOf(to);
  if (start < 0 || end < start) throw new Error(`expected ${from} ... ${to} in README.md`);
  return `${text.slice(0, start + from.length)}\n\n\`\`\`${language}\n${content}\n\`\`\`\n\n${text.slice(end)}`;
}

const out = mkdtempSync(path.join(os.tmpdir(), 'race-check-readme-'));
try {
  raceCheck('flash-sale', '-q', '--target', 'postgres/naive', '--seed', SEED, '--out', out);
  const example = path.join(ROOT, 'reports/example');
  rmSync(example, { recursive: true, force: true });
  cpSync(path.join(out, 'latest'), example, { recursive: true, dereference: true });

  const table = raceCheck('flash-sale', '-q', '--no-report');
  const target = readFileSync(path.join(ROOT, 'examples/own-target/my.target.ts'), 'utf8').trimEnd();
  let readme = put(readFileSync(README, 'utf8'), 'flash-sale', 'text', table);
  readme = put(readme, 'my.target.ts', 'ts', target);
  const markdown = path.join(ROOT, 'docs/matrix.md');
  const matrix = raceCheck('matrix', '-q', '--seed', SEED, '--budget', MATRIX_BUDGET, '--markdown', markdown);
  readme = put(readme, 'matrix', 'text', matrix);
  writeFileSync(README, readme);
} finally {
  rmSync(out, { recursive: true, force: true });
}
