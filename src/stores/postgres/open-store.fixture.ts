import fs from 'node:fs';
import { openReaper, type Reaper } from '../../process/reaper.js';
import { openPostgres } from './server.js';

/**
 * A run in a process of its own. Argument: `serve` opens a server, prints what there is, and ends it when stdin ends;
 * `die-untold` is killed at the moment when it would tell the reaper of the first process that it started.
 */
const [mode = ''] = process.argv.slice(2);
const real = openReaper();
const reaper: Reaper = {
  ...real,
  guardProcess: (pid, signal) => {
    if (mode === 'die-untold') {
      fs.writeSync(1, `${signal}\n`);
      process.kill(process.pid, 'SIGKILL');
      // The signal comes a moment later.
      for (;;);
    }
    real.guardProcess(pid, signal);
  },
};
const server = await openPostgres({
  url: undefined,
  allowRemote: false,
  runId: 'child',
  connections: 2,
  reaper,
});
const namespace = await server.namespace();
process.stdout.write(`${JSON.stringify({ description: server.description, address: namespace.address })}\n`);
process.stdin.resume().once('end', () => {
  void server.stop().finally(() => reaper.close());
});
