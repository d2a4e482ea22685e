import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { StoreAddress } from '../core/context.js';
import { until } from './slots.fixture.js';
import { whyMissing } from './why-missing.fixture.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const fixture = fileURLToPath(new URL('open-store.fixture.ts', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'killed-run-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});
/** A transpiler and a server have to start, perhaps beside many others. */
const START_MS = 90_000;

/** Command lines that name a path. */
function processesIn(folder: string): readonly string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.some((word) => word.startsWith(folder)) ? [words.join(' ')] : [];
      } catch {
        return [];
      }
    });
}

async function start(store: string, mode: string) {
  const temporary = fs.mkdtempSync(path.join(scratch, `${store}-`));
  // Transpiled once for all of them.
  fs.mkdirSync(path.join(os.tmpdir(), 'jiti'), { recursive: true });
  fs.symlinkSync(path.join(os.tmpdir(), 'jiti'), path.join(temporary, 'jiti'));
  const child = spawn(process.execPath, ['--import', 'jiti/register', fixture, store, mode], {
    cwd: project,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  started.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  expect(await until(() => printed.includes('\n') || child.exitCode !== null, START_MS)).toBe(true);
  const folders = () => fs.readdirSync(temporary).filter((name) => name !== 'jiti');
  return {
    child,
    folders,
    printed: JSON.parse(printed) as Partial<StoreAddress>,
    processes: () => processesIn(temporary),
    isGone: () => until(() => folders().length === 0 && processesIn(temporary).length === 0, 30_000),
  };
}

const cases = [
  ['mongodb', whyMissing('mongodb')],
  ['redis', whyMissing('redis')],
  ['file', undefined],
] as const;

describe.skipIf(process.platform !== 'linux')('a run that is killed', { timeout: START_MS + 30_000 }, () => {
  for (const [store, missing] of cases) {
    const because = missing ? ` (${missing})` : '';
    it.skipIf(missing)(`leaves no ${store} server and no folder${because}`, async () => {
      const run = await start(store, 'serve');
      expect(run.folders()).not.toEqual([]);
      if (run.printed.port) expect(run.processes()).not.toEqual([]);
      run.child.kill('SIGKILL');
      await once(run.child, 'exit');
      expect(await run.isGone()).toBe(true);
    });

    if (store === 'file') continue;
    it.skipIf(missing)(
      `before the reaper was told of its ${store} server leaves none${because}`,
      async () => {
        const run = await start(store, 'untold');
        if (run.child.exitCode === null && run.child.signalCode === null) await once(run.child, 'exit');
        expect(run.child.signalCode).toBe('SIGKILL');
        expect(await run.isGone()).toBe(true);
      },
    );
  }
});
