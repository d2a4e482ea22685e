import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ApiStart } from '../../core/api.js';
import { processStart } from '../../process/process-start.js';
import { openReaper } from '../../process/reaper.js';
import { openCommandLog, type CommandLog } from './command-log.js';
import { startCommand, type Command } from './command.js';

const reaper = openReaper();
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => reaper.close());

async function start(how: ApiStart, env = {}): Promise<{ command: Command; log: CommandLog }> {
  const log = openCommandLog(reaper);
  log.hide(env);
  ends.push(() => log.remove());
  const command = await startCommand(how, env, log, reaper);
  ends.unshift(() => command.stop());
  return { command, log };
}

/** Waits until it has printed so many words; they are process numbers here. */
async function printed(log: CommandLog, count: number): Promise<readonly number[]> {
  for (;;) {
    const words = log.text().split(/\s+/).filter(Boolean);
    if (words.length >= count) return words.map(Number);
    await wait(10);
  }
}

const isThere = (pid: number) => processStart(pid) !== undefined;

describe.skipIf(process.platform === 'win32')('a command', () => {
  it('is asked to stop in its own way, and its children with it', async () => {
    const bye = 'trap "echo 0; exit 0" HUP; sleep 600 & echo $$ $!; wait';
    const { command, log } = await start({ command: bye, stopSignal: 'SIGHUP' });
    const [shell, sleep] = await printed(log, 2);
    await command.stop();
    expect([shell, sleep].map((pid) => isThere(pid!))).toEqual([false, false]);
    expect(await printed(log, 3)).toEqual([shell, sleep, 0]);
    expect(command.ended()).toBe('exited with code 0');
  });

  it('is killed where it does not listen, and so is what it left behind when it ended', async () => {
    const stubborn = await start({ command: 'trap "" TERM; echo $$; sleep 600', stopWithinMs: 50 });
    const [leader] = await printed(stubborn.log, 1);
    await stubborn.command.stop();
    expect(isThere(leader!)).toBe(false);

    const gone = await start({ command: ['sh', '-c', 'sleep 600 & echo $!'] });
    const [child] = await printed(gone.log, 1);
    while (gone.command.running()) await wait(5);
    expect(isThere(child!)).toBe(true);
    await gone.command.stop();
    expect(isThere(child!)).toBe(false);
  });

  it('finds its variables besides ours, in its own folder', async () => {
    const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'command-test-'));
    ends.push(() => fs.rmdirSync(folder));
    const { log } = await start(
      { command: 'echo "$PORT $PWD"; [ -n "$PATH" ] && echo 1', cwd: folder },
      { PORT: '80' },
    );
    while (!log.text().includes('\n1\n')) await wait(5);
    expect(log.text()).toBe(`80 ${folder}\n1\n`);
  });

  it('cannot be started where there is no such program', async () => {
    await expect(start({ command: ['no-such-program'] })).rejects.toThrow('ENOENT');
  });
});

describe('the log of a command', () => {
  it('hides what is named like a secret and the passwords of URLs, also where they are escaped', async () => {
    const env = { API_TOKEN: 'tell-nobody', DB: 'postgres://me:p%40ss-word@db/x', MODE: 'tell-all' };
    const { command, log } = await start(
      {
        command: [
          'node',
          '-e',
          'console.log(process.env.API_TOKEN, process.env.DB, "p@ss-word", process.env.MODE)',
        ],
      },
      env,
    );
    while (command.running()) await wait(10);
    const kept = path.join(os.tmpdir(), `command-log-${process.pid}.log`);
    ends.push(() => fs.rmSync(kept, { force: true }));
    log.keep(kept);
    for (const text of [log.text(), log.lastLines(), fs.readFileSync(kept, 'utf8')]) {
      expect(text.trim()).toBe('*** postgres://me:***@db/x *** tell-all');
    }
  });

  it('ends with what an error says, whatever stack stands below it', async () => {
    const { command, log } = await start({ command: ['node', 'no-such-file.mjs'] });
    while (command.running()) await wait(10);
    expect(log.text()).toContain('    at ');
    expect(log.lastLines()).toContain("Cannot find module '");
    expect(log.lastLines()).not.toContain('    at ');
  });
});

it('has a reaper that ends the group of one whose parent is gone', async () => {
  const own = openReaper();
  const log = openCommandLog(own);
  const command = await startCommand(
    { command: 'sh -c "sleep 600; true" & sleep 600 & echo $$ $!; wait' },
    {},
    log,
    own,
  );
  const pids = await printed(log, 2);
  expect(pids.map(isThere)).toEqual([true, true]);
  own.close();
  // That it is gone is seen sooner than told.
  while (pids.some(isThere) || command.running()) await wait(10);
  expect(command.ended()).toBe('was ended by SIGTERM');
  await command.stop().catch(() => undefined);
});
