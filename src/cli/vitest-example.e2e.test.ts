import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { it, type UserFolder } from './fixtures/user-folder.fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = path.join(ROOT, 'node_modules');

/** The package as it is installed: a folder of its own below node_modules, beside what the user has. */
function install(folder: UserFolder, ...others: string[]): void {
  const modules = path.join(folder.path, 'node_modules');
  const own = path.join(modules, 'race-check');
  mkdirSync(own, { recursive: true });
  for (const part of ['dist', 'package.json'])
    cpSync(path.join(ROOT, part), path.join(own, part), { recursive: true });
  symlinkSync(MODULES, path.join(own, 'node_modules'));
  for (const name of others) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(MODULES, name), path.join(modules, name));
  }
}

async function runNode(folder: UserFolder, words: readonly string[]) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, words, {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, TMPDIR: folder.temporary, NO_COLOR: '1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

describe("raceCheck() in a user's project", { timeout: 120_000 }, () => {
  it('serves a test under vitest, as the example shows', async ({ folder }) => {
    install(folder, 'vitest');
    cpSync(path.join(ROOT, 'examples/vitest'), folder.path, { recursive: true });
    folder.write('package.json', '{ "type": "module" }');
    const { code, stdout, stderr } = await runNode(folder, ['node_modules/vitest/vitest.mjs', 'run']);
    expect(stdout, stderr).toMatch(/Tests +2 passed \(2\)/);
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  it('has types that fit the example', async ({ folder }) => {
    install(folder, 'vitest', '@types/node', 'typescript');
    cpSync(path.join(ROOT, 'examples/vitest'), folder.path, { recursive: true });
    folder.write('package.json', '{ "type": "module" }');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const words = ['node_modules/typescript/bin/tsc', ...options, 'flash-sale.test.ts'];
    expect(await runNode(folder, words)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('writes nothing and leaves the process running, whatever the verdict', async ({ folder }) => {
    install(folder);
    folder.write(
      'use.mjs',
      `import { raceCheck, UsageError } from 'race-check';
const report = await raceCheck({ scenario: 'flash-sale', targets: ['memory/naive'], trials: 2 });
console.log(report.verdict, report.exitCode);
await raceCheck({ scenario: 'flash-sail' }).catch((error) => console.log(error instanceof UsageError));
console.log(process.exitCode);
`,
    );
    expect(await runNode(folder, ['use.mjs'])).toEqual({
      code: 0,
      stdout: 'violated 1\ntrue\nundefined\n',
      stderr: '',
    });
    expect(folder.has('reports')).toBe(false);
    expect(folder.left()).toEqual([]);
  });
});
