import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { processStart } from './process-start.js';
import { openReaper, reaperProgram } from './reaper.js';

/** `--import` finds packages from here. */
const project = fileURLToPath(new URL('../..', import.meta.url));
const parent = fileURLToPath(new URL('parent.fixture.ts', import.meta.url));

const started: ChildProcess[] = [];
const strays: number[] = [];
afterAll(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of strays.splice(0)) if (isThere(pid)) process.kill(pid, 'SIGKILL');
});

const isThere = (pid: number) => processStart(pid) !== undefined;

function newFolder(): string {
  return path.join(os.tmpdir(), `reaper-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
}

/** Runs the parent to its end and returns what it started. */
async function runParent(mode: string, folder: string): Promise<number[]> {
  const child = spawn(process.execPath, ['--import', 'jiti/register', parent, mode, folder], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  await once(child, 'close');
  const pids = printed === '' ? [] : (JSON.parse(printed) as number[]);
  strays.push(...pids);
  return pids;
}

function sleeper(program = 'setInterval(() => {}, 1000)'): ChildProcess & { pid: number } {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  return child as ChildProcess & { pid: number };
}

async function until(condition: () => boolean, withinMs = 20_000): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await wait(20);
  }
  return true;
}

describe.concurrent('a reaper', () => {
  it('ends what is guarded and removes the folder when its parent was killed, and leaves alone what was released', async () => {
    const folder = newFolder();
    const [guarded = 0, released = 0] = await runParent('killed', folder);
    expect(guarded).toBeGreaterThan(0);
    expect(await until(() => !isThere(guarded) && !fs.existsSync(folder))).toBe(true);
    expect(isThere(released)).toBe(true);
  });

  it('finds a server on a guarded folder whose number its parent could not tell, and no mere reader of a file in there', async () => {
    const folder = newFolder();
    const [server = 0, reader = 0] = await runParent('killed-before-it-could-tell', folder);
    expect(server).toBeGreaterThan(0);
    expect(await until(() => !isThere(server) && !fs.existsSync(folder))).toBe(true);
    expect(isThere(reader)).toBe(true);
  });

  it('does not keep its parent alive', { timeout: 15_000 }, async () => {
    expect(await runParent('ends', newFolder())).toEqual([]);
  });

  it('removes a folder that is still guarded when it is closed', async () => {
    const folder = newFolder();
    const reaper = openReaper();
    reaper.guardFolder(folder);
    fs.mkdirSync(path.join(folder, 'below'), { recursive: true });
    reaper.close();
    expect(await until(() => !fs.existsSync(folder))).toBe(true);
    expect(() => reaper.guardFolder(folder)).toThrow('closed');
  });

  it('kills a process that does not end at its signal, after three seconds', async () => {
    const stubborn = sleeper(
      "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)",
    );
    await once(stubborn.stdout as NodeJS.EventEmitter, 'data');
    const reaper = openReaper();
    reaper.guardProcess(stubborn.pid, 'SIGTERM');
    const before = performance.now();
    reaper.close();
    await once(stubborn, 'exit');
    expect(stubborn.signalCode).toBe('SIGKILL');
    expect(performance.now() - before).toBeGreaterThan(2_900);
  });

  describe('as a process', () => {
    function reaperProcess(program: string): ChildProcess & { pid: number } {
      const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'ignore'] });
      started.push(child);
      return child as ChildProcess & { pid: number };
    }

    it('ends by itself when the pipe ends and nothing is guarded', async () => {
      const reaper = reaperProcess(reaperProgram());
      reaper.stdin?.end();
      const [code] = (await once(reaper, 'exit')) as [number];
      expect(code).toBe(0);
    });

    it('is not stopped by the signals that stop its parent', async () => {
      const reaper = reaperProcess(`${reaperProgram()} console.log('up')`);
      await once(reaper.stdout as NodeJS.EventEmitter, 'data');
      const guarded = sleeper();
      reaper.stdin?.write(`${JSON.stringify({ kind: 'process', pid: guarded.pid, signal: 'SIGTERM' })}\n`);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) reaper.kill(signal);
      await wait(100);
      expect(reaper.exitCode ?? reaper.signalCode).toBeNull();
      reaper.stdin?.end();
      await once(guarded, 'exit');
      expect(guarded.signalCode).toBe('SIGTERM');
    });

    it('does not touch another process that got the number of a guarded one', async () => {
      const bystander = sleeper();
      // Each look at the number finds a process with another start.
      const reaper = reaperProcess(reaperProgram(() => process.hrtime().join()));
      reaper.stdin?.end(`${JSON.stringify({ kind: 'process', pid: bystander.pid, signal: 'SIGKILL' })}\n`);
      const [code] = (await once(reaper, 'exit')) as [number];
      expect(code).toBe(0);
      await wait(50);
      expect(isThere(bystander.pid)).toBe(true);
    });
  });
});

describe('the start of a process', () => {
  it('stays the same while the process lives, and is nothing when it is gone', async () => {
    const child = sleeper();
    const start = processStart(child.pid);
    expect(start).toMatch(/\S/);
    await wait(20);
    expect(processStart(child.pid)).toBe(start);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processStart(child.pid)).toBeUndefined();
  });

  it('tells two processes apart', async () => {
    const first = sleeper();
    await wait(30);
    const second = sleeper();
    expect(processStart(first.pid)).not.toBe(processStart(second.pid));
  });
});
