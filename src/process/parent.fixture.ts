import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { openReaper } from './reaper.js';

/** Acts as a run that starts something, and ends in the way its first argument says. Prints the numbers it started. */
const [mode = '', folder = ''] = process.argv.slice(2);
const reaper = openReaper();
const sleeper = (...words: string[]) =>
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...words], {
    detached: true,
    stdio: 'ignore',
  });
const print = (...pids: (number | undefined)[]) => process.stdout.write(`${JSON.stringify(pids)}\n`);
const die = () => process.kill(process.pid, 'SIGKILL');

reaper.guardFolder(folder);
switch (mode) {
  case 'killed': {
    mkdirSync(folder);
    const guarded = sleeper();
    const own = sleeper();
    reaper.guardProcess(guarded.pid ?? 0);
    reaper.guardProcess(own.pid ?? 0);
    reaper.release(own.pid ?? 0);
    print(guarded.pid, own.pid);
    setTimeout(die, 100);
    break;
  }
  case 'killed-before-it-could-tell': {
    mkdirSync(folder);
    const server = sleeper('-D', `${folder}/data`);
    const reader = sleeper(`${folder}/server.log`);
    print(server.pid, reader.pid);
    die();
    break;
  }
  case 'ends':
    // Nothing more: an open reaper must not keep it alive.
    break;
}
