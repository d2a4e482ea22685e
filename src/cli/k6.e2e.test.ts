import { chmodSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { findProgram } from '../process/find-program.js';
import { cacheFolder } from '../stores/cache-folder.js';
import { it, judged } from './fixtures/user-folder.fixture.js';

const k6 = findProgram('k6', [path.join(cacheFolder(), 'bin'), path.join(os.homedir(), 'go', 'bin')]);
if (k6 === undefined)
  console.warn('There is no k6 here: --engine k6 was not tried. Get it with: bash .ci/provision k6');

const SEAT = ['last-seat', '--engine', 'k6', '--clients', '8'];

describe.skipIf(k6 === undefined).concurrent('--engine k6', { timeout: 120_000 }, () => {
  it('has k6 send each attempt once, and judges what came of it like every burst', async ({ folder }) => {
    const { code, report } = await folder.report([...SEAT, '--target', 'http/for-update', '--trials', '3']);
    const safe = judged(report, 'http/for-update');
    expect(safe, JSON.stringify(safe.reasons)).toMatchObject({
      verdict: 'holds',
      operations: { ok: 8 * safe.trials.run, fail: 0, info: 0 },
      control: { target: 'http/naive', caught: true },
    });
    expect(safe.latencyMs?.p50).toBeGreaterThan(0);
    expect(safe.overlap.interleavedPairs).toBeGreaterThan(0);
    expect(report.plan.engine).toBe('k6');
    expect(code).toBe(0);
    expect(folder.left()).toEqual([]);
  });

  it('is counted on its way: one that sends more than it was asked for shows nothing', async ({ folder }) => {
    // A real k6 whose script was tampered with: everybody sends twice.
    folder.write(
      'k6',
      `#!/bin/sh\nfor script; do :; done\nsed -i 's/iterations: 1/iterations: 2/' "$script"\nexec '${k6}' "$@"\n`,
    );
    chmodSync(path.join(folder.path, 'k6'), 0o755);
    const { code, report } = await folder.report([...SEAT, '--target', 'http/for-update', '--trials', '1'], {
      PATH: `${folder.path}:${process.env['PATH']}`,
    });
    const { verdict, reasons } = judged(report, 'http/for-update');
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toMatch(/k6 sent 2 request\(s\) of client \d, who was to send 1/);
    expect(code).toBe(2);
  });

  it('tells what k6 said where it fails, with exit code 3', async ({ folder }) => {
    folder.write(
      'k6',
      `#!/bin/sh\n[ "$1" = version ] && exec '${k6}' version\necho 'out of order' >&2\nexit 107\n`,
    );
    chmodSync(path.join(folder.path, 'k6'), 0o755);
    const { code, stdout } = await folder.run(
      [...SEAT, '--target', 'http/for-update', '--trials', '1', '--no-report', '--quiet'],
      { PATH: `${folder.path}:${process.env['PATH']}`, COLUMNS: '300' },
    );
    expect(stdout).toContain(
      'http/for-update could not run: k6 ended with code 107; it printed: out of order',
    );
    expect(code).toBe(3);
    expect(folder.left()).toEqual([]);
  });
});

describe.concurrent('--engine', { timeout: 60_000 }, () => {
  it('says how to get a k6 that is not here, with exit code 3', async ({ folder }) => {
    const { code, stderr } = await folder.run([...SEAT, '--target', 'http/naive'], {
      ...{ PATH: path.dirname(process.execPath), HOME: folder.path, XDG_CACHE_HOME: folder.path },
    });
    expect(stderr).toContain(
      '--engine k6 needs k6, which is neither on the PATH nor in the cache. Get it with: go install',
    );
    expect(code).toBe(3);
  });

  it('refuses k6 for what is no API, and an engine that nobody knows', async ({ folder }) => {
    const memory = await folder.run(['last-seat', '--engine', 'k6', '--target', 'memory/naive']);
    expect(memory.stderr).toContain('memory/naive is no HTTP API: k6 sends HTTP requests');
    const unknown = await folder.run(['last-seat', '--engine', 'k7']);
    expect(unknown.stderr).toContain('expected one of burst, k6 for --engine, got "k7", did you mean "k6"?');
    expect([memory.code, unknown.code]).toEqual([4, 4]);
  });
});
