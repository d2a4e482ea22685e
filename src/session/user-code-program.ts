import type inspectorModule from 'node:inspector';
import type fsModule from 'node:fs';
import type workerThreads from 'node:worker_threads';

/** What the thread is told by the one that runs the user's code. */
export type UserCodeMessage =
  | { readonly kind: 'begins'; readonly what: string }
  /** The event loop turns. */
  | { readonly kind: 'turns' }
  | { readonly kind: 'ended' };

export interface UserCodeLimits {
  /** Without a pause for so long: it is said what runs. */
  readonly tellAfterMs: number;
  readonly endAfterMs: number;
}

/** For people. */
export function stillAtWork(what: string, forMs: number, limitMs: number): string {
  const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
  return (
    `${what} has been at work for ${seconds(forMs)} without a pause: is there an endless loop in it? ` +
    `It is ended after ${seconds(limitMs)}, or with Ctrl-C.`
  );
}

/**
 * What the thread runs, handed to it as text: it may use nothing of this module.
 *
 * It tells what runs without a pause, to stderr itself: what other threads print goes through the one that is busy. It ends that
 * through the debugger's door, which opens in the middle of a loop as well: so the process lives on, cleans up and says why.
 */
export function userCodeProgram(load: NodeJS.Require, words: typeof stillAtWork): void {
  const threads = load('node:worker_threads') as typeof workerThreads;
  const fs = load('node:fs') as typeof fsModule;
  const { tellAfterMs, endAfterMs, isTty } = threads.workerData as UserCodeLimits & { isTty: boolean };

  let watched: { readonly what: string; quietSince: number; told: boolean } | undefined;

  const say = (text: string) => {
    try {
      fs.writeSync(2, `${isTty ? '\r\u001b[K' : ''}race-check: ${text}\n`);
    } catch {
      // Nobody reads.
    }
  };

  const end = () => {
    const inspector = load('node:inspector') as typeof inspectorModule;
    const session = new inspector.Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => {
      // Else the process would wait for that at its end.
      session.disconnect();
      threads.parentPort?.postMessage('ended');
    });
  };

  const look = () => {
    if (watched === undefined) return;
    const quietMs = performance.now() - watched.quietSince;
    if (!watched.told && quietMs >= tellAfterMs) {
      watched.told = true;
      say(words(watched.what, quietMs, endAfterMs));
    }
    if (quietMs >= endAfterMs) {
      watched = undefined;
      end();
    }
  };
  setInterval(look, Math.min(250, tellAfterMs, endAfterMs));

  threads.parentPort?.on('message', (message: UserCodeMessage) => {
    const now = performance.now();
    if (message.kind === 'begins') {
      watched = { what: message.what, quietSince: now, told: false };
    } else if (message.kind === 'ended') watched = undefined;
    else if (watched !== undefined) watched.quietSince = now;
  });
}
