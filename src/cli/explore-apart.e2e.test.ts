import { readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { exploreReportSchema } from '../report/explore-report.js';
import { descendantsOf, until } from './fixtures/processes.fixture.js';
import { it, type UserFolder } from './fixtures/user-folder.fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = path.join(ROOT, 'examples/http-api');
const PROGRAM = fileURLToPath(new URL('fixtures/checkout-program.fixture.mjs', import.meta.url));
const EVERY = 'every interleaving, one of each class of equivalent ones';

/** The API of the example as a user has it; `change` replaces a part of its config. */
function openShop(folder: UserFolder, change: readonly [string, string]): void {
  const config = readFileSync(path.join(EXAMPLE, 'race-check.config.ts'), 'utf8');
  expect(config).toContain(change[0]);
  folder.write('race-check.config.ts', config.replace(...change));
  folder.write('server.mjs', readFileSync(path.join(EXAMPLE, 'server.mjs'), 'utf8'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder.path, 'node_modules'));
}

const UNLOCKED = ["env: { TEST_ROUTES: 'on' }", "env: { TEST_ROUTES: 'on', LOCKING: 'off' }"] as const;

const told = (stdout: string) => stdout.replace(/\s+/g, ' ');

describe('race-check explore, where clients live in processes of their own', { timeout: 120_000 }, () => {
  it('catches an API without its locks, and replays what it found', async ({ folder }) => {
    openShop(folder, UNLOCKED);
    const { code, stdout, stderr } = await folder.run(['explore', 'flash-sale', '--target', 'my-shop']);
    expect(code, stderr).toBe(1);
    expect(stdout).toContain(EVERY);
    expect(told(stdout)).toContain('✘ http/my-shop is violated in 80 of 92 interleavings of 2 buyers');
    expect(told(stdout)).toContain('Each client has an instance of the API of its own');
    expect(told(stdout)).toContain('replayed 10 times: the same each time');
    const report = exploreReportSchema.parse(JSON.parse(folder.read('reports/latest/report.json')));
    expect(report.targets).toMatchObject([{ id: 'http/my-shop', each: 'instance', isExhaustive: true }]);
    const replayed = await folder.run(['replay', 'reports/latest/report.json', '--quiet']);
    expect(replayed).toMatchObject({ code: 1, stdout: '✘ flash-sale http/my-shop: reproduced 10/10\n' });
    expect(folder.left()).toEqual([]);
  });

  it('tells what an API needs whose clients cannot be told apart, and starts nothing', async ({ folder }) => {
    openShop(folder, ['({ port }) => `http://127.0.0.1:${port}`', "'http://127.0.0.1:9'"]);
    const { code, stdout } = await folder.run(['explore', 'flash-sale', '--target', 'my-shop', '--quiet']);
    expect(code).toBe(3);
    expect(told(stdout)).toContain(
      'http/my-shop was skipped: each client has an instance of the API of its own',
    );
    expect(told(stdout)).toContain('Leave the port to us (baseUrl: ({ port }) =>');
  });

  it('explores programs, and replays what they did', async ({ folder }) => {
    const exec = (strategy: string) => ['--exec', `${process.execPath} ${PROGRAM} ${strategy}`];
    const words = ['explore', 'flash-sale', ...exec('naive'), ...exec('for-update'), '--quiet'];
    const { code, stdout, stderr } = await folder.run(words);
    expect(code, stderr).toBe(1);
    expect(told(stdout)).toContain('✘ postgres/program-naive is violated in 80 of 92 interleavings');
    expect(told(stdout)).toContain('✔ postgres/program-for-update holds in all 36 interleavings of 2 buyers');
    expect(told(stdout)).toContain('Each client has a process of the program of its own');
    const replayed = await folder.run(['replay', 'reports/latest/report.json', '--quiet']);
    expect(replayed.stdout).toBe('✘ flash-sale postgres/program-naive: reproduced 10/10\n');
    expect(folder.left()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'leaves nothing behind when it is interrupted',
    async ({ folder }) => {
      openShop(folder, UNLOCKED);
      const many = ['--clients', '3', '--no-reduction', '--no-report'];
      const run = await folder.start(['explore', 'flash-sale', '--target', 'my-shop', ...many]);
      const instances = () => descendantsOf(run.pid).filter(({ words }) => words.at(-1) === 'server.mjs');
      // One more than there are clients: it is asked to reset, and what is stored.
      await until('each client has its instance', () => instances().length === 4);
      run.child.kill('SIGINT');
      expect(await run.ended).toMatchObject({ code: 130 });
      expect(folder.left()).toEqual([]);
    },
  );
});
