import fs from 'node:fs';
import os from 'node:os';

const TASKS = '/proc/self/task';

/**
 * Has the threads that this process runs beside its first one yield to whatever else there is to do: with Node, V8's compiler.
 * Where it competes with a server for the second of two cores, everybody who waits for that server waits for it. Called
 * before anything starts threads of its own; of those it knows nothing. Does nothing but on Linux.
 */
export function yieldInBackground(): void {
  let threads: readonly string[];
  try {
    threads = fs.readdirSync(TASKS);
  } catch {
    return;
  }
  for (const thread of threads.map(Number).filter((thread) => thread !== process.pid)) {
    try {
      os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
    } catch {
      // It has ended since, or may not be asked: then it runs on as it would have.
    }
  }
}
