import fs from 'node:fs';
import { openReaper, type Reaper } from '../process/reaper.js';
import { STORES } from './index.js';

/**
 * A run in a process of its own: opens the store that its first argument names, says what there is, and waits to be killed.
 * With `untold` it is killed at the moment when it would tell the reaper of the server that it has started.
 */
const [store = '', mode = ''] = process.argv.slice(2);
const open = await STORES[store]!();
const real = openReaper();
const reaper: Reaper = {
  ...real,
  guardProcess: (pid, signal) => {
    if (mode === 'untold') {
      fs.writeSync(1, `${JSON.stringify({ pid })}\n`);
      process.kill(process.pid, 'SIGKILL');
      // The signal comes a moment later.
      for (;;);
    }
    real.guardProcess(pid, signal);
  },
};
const server = await open({ url: undefined, allowRemote: false, runId: 'child', connections: 2, reaper });
const { address } = await server.namespace();
process.stdout.write(`${JSON.stringify(address)}\n`);
// Nor does it outlive a test that forgets it.
process.stdin.resume().once('end', () => process.kill(process.pid, 'SIGKILL'));
