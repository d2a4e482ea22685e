import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tooFewMebibytes } from '../free-space.js';
import { isKnownDead, parseRunName, runName } from '../run-name.js';
import { StoreUnavailable, type OpenStore, type StoreNamespace } from '../store.js';

/** Counted over all folders of this process, so that no two have one name. */
let made = 0;

/**
 * A folder of this run alone among the temporary files; each namespace is a folder in it. What killed runs of this host left
 * there is removed first. Rejects with `StoreUnavailable` where nothing can be written.
 */
export const openFile: OpenStore = ({ runId, reaper }) => {
  const parent = os.tmpdir();
  made += 1;
  const folder = path.join(parent, `${runName(runId).prefix}_${made}`);
  let left: number | undefined;
  try {
    removeLeftovers(parent);
    reaper.guardFolder(folder);
    fs.mkdirSync(folder, { mode: 0o700 });
    left = tooFewMebibytes(parent);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return Promise.reject(unavailable(`No folder could be made in ${parent}: ${reason}.`, error));
  }
  const remove = (what: string) => fs.rmSync(what, { recursive: true, force: true, maxRetries: 5 });
  if (left !== undefined) {
    remove(folder);
    reaper.release(folder);
    return Promise.reject(unavailable(`The disk of ${parent} is full: ${left} MiB are left.`));
  }
  let count = 0;
  return Promise.resolve({
    store: 'file',
    description: `files in ${parent}`,
    environment: { folder: parent, runtime: `Node ${process.version}` },
    namespace: () => {
      count += 1;
      const own = path.join(folder, String(count));
      fs.mkdirSync(own);
      return Promise.resolve({
        address: { store: 'file', host: '', port: 0, namespace: own },
        openTransactions: () => Promise.resolve([]),
        endSessions: () => Promise.resolve([]),
        drop: () => Promise.resolve(remove(own)),
      } satisfies StoreNamespace);
    },
    trouble: () =>
      Promise.resolve(
        fs.existsSync(folder)
          ? undefined
          : { words: `the folder of this run, ${folder}, was removed by somebody else`, isGone: true },
      ),
    stop: () => {
      remove(folder);
      reaper.release(folder);
      return Promise.resolve();
    },
  });
};

function unavailable(message: string, cause?: unknown): StoreUnavailable {
  return new StoreUnavailable('file', message, 'Set TMPDIR to a folder that can be written to', { cause });
}

function removeLeftovers(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    const run = parseRunName(name);
    if (run === undefined || !isKnownDead(run)) continue;
    try {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's: it is for him to remove.
    }
  }
}
