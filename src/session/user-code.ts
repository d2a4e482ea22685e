import type vm from 'node:vm';
import type { Worker } from 'node:worker_threads';
import {
  stillAtWork,
  userCodeProgram,
  type UserCodeLimits,
  type UserCodeMessage,
} from './user-code-program.js';

/** How long code of the user's may go on without letting anything else have a turn. */
export const USER_CODE_MS: UserCodeLimits = { tellAfterMs: 5_000, endAfterMs: 30_000 };

/** Code of the user's that did not come to an end, or that Ctrl-C ended. The message goes on from the name of what it was. */
export class Endless extends Error {
  override readonly name = 'Endless';
}

/** Watches over code of the user's that runs in this thread, where an endless loop would stop everything, Ctrl-C included. */
export interface UserCodeWatch {
  /** Has a file loaded. Rejects with Endless where its code does not pause for the limit; to wait in it is no such thing. */
  loading<T>(what: string, load: () => Promise<T>): Promise<T>;
  /**
   * Calls a function that does nothing but answer. Throws Endless where that lasts longer than the limit, and at once when it did so
   * before. What takes long is begun again, once, in a way that Ctrl-C can end, and from then on in that way at once: to watch for
   * that costs every other Ctrl-C a moment in which it is lost, or ends the process as it is.
   */
  calling<T>(what: string, code: object, call: () => T): T;
}

const UNWATCHED: UserCodeWatch = {
  loading: (_what, load) => load(),
  calling: (_what, _code, call) => call(),
};

let current = UNWATCHED;

/** That of this process. Until `watchUserCode` was called nothing is watched: other processes of ours are watched from outside. */
export function userCode(): UserCodeWatch {
  return current;
}

/**
 * From now on. Nothing is started, or loaded, before there is code of the user's. Under a debugger nothing is watched: a break is no
 * endless loop.
 */
export function watchUserCode(limits: UserCodeLimits = USER_CODE_MS): void {
  let opened: UserCodeWatch | undefined;
  const watch = () => {
    const isDebugged = process.getBuiltinModule('node:inspector').url() !== undefined;
    return (opened ??= isDebugged ? UNWATCHED : openWatch(limits));
  };
  current = {
    loading: (what, load) => watch().loading(what, load),
    calling: (what, code, call) => watch().calling(what, code, call),
  };
}

const LONGEST_TURN_MS = 500;

function openWatch(limits: UserCodeLimits): UserCodeWatch {
  let thread: Worker | undefined;
  const tell = (message: UserCodeMessage) => {
    thread ??= startThread(limits);
    thread.postMessage(message);
  };
  const endless = new WeakMap<object, Endless>();
  const slow = new WeakSet<object>();
  const bounded = boundedCall();
  let last: Promise<unknown> = Promise.resolve();

  const loading = async <T>(what: string, load: () => Promise<T>): Promise<T> => {
    tell({ kind: 'begins', what });
    const everyMs = Math.min(LONGEST_TURN_MS, limits.endAfterMs / 4);
    const turning = setInterval(() => tell({ kind: 'turns' }), everyMs).unref();
    let ended: () => void = () => undefined;
    try {
      return await Promise.race([
        // In a turn of its own: whoever waits for it would be ended with it.
        new Promise((resolve) => setImmediate(resolve)).then(load),
        new Promise<never>((_, reject) => {
          ended = () => reject(new Endless(`it went on for ${seconds(limits)} without a pause`));
          thread?.once('message', ended);
        }),
      ]);
    } finally {
      clearInterval(turning);
      thread?.off('message', ended);
      tell({ kind: 'ended' });
    }
  };

  return {
    // One after the other, so that it is known which of them goes on and on.
    loading(what, load) {
      const loaded = last.then(() => loading(what, load));
      last = loaded.catch(() => undefined);
      return loaded;
    },
    calling(what, code, call) {
      const known = endless.get(code);
      if (known !== undefined) throw known;
      const { tellAfterMs, endAfterMs } = limits;
      const isSlow = slow.has(code);
      let called = bounded(call, isSlow ? endAfterMs : Math.min(tellAfterMs, endAfterMs), isSlow);
      if (called.kind === 'timed-out' && !isSlow && tellAfterMs < endAfterMs) {
        const words = `race-check: ${stillAtWork(what, tellAfterMs, endAfterMs)}\n`;
        // Told from inside, where Ctrl-C is heeded: one that comes right after these words would be lost outside.
        const telling = () => {
          process.stderr.write(words);
          return call();
        };
        called = bounded(telling, endAfterMs, true);
        slow.add(code);
      }
      if (called.kind === 'done') return called.value;
      if (called.kind === 'interrupted') interrupt();
      const error = new Endless(
        called.kind === 'interrupted'
          ? 'it did not end, and was interrupted'
          : `it did not end within ${seconds(limits)}`,
      );
      endless.set(code, error);
      throw error;
    },
  };
}

const seconds = ({ endAfterMs }: UserCodeLimits) => `${endAfterMs / 1_000} s`;

function startThread(limits: UserCodeLimits): Worker {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const thread = new Worker(`(${userCodeProgram.toString()})(require, ${stillAtWork.toString()});`, {
    eval: true,
    execArgv: [],
    workerData: { ...limits, isTty: process.stderr.isTTY },
  });
  thread.unref();
  // Without it nothing is told, and that is all.
  thread.on('error', () => undefined);
  return thread;
}

/** The signal that a call was ended by was nobody else's yet. */
function interrupt(): void {
  if (process.listenerCount('SIGINT') > 0) process.emit('SIGINT', 'SIGINT');
  else process.kill(process.pid, 'SIGINT');
}

type Bounded<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'interrupted' };

/**
 * Calls within a limit. Only scripts of `node:vm` can be ended by a time or a signal while this thread is busy in them, so the
 * call goes through one.
 */
function boundedCall() {
  const box: { call?: (() => unknown) | undefined } = {};
  let opened: { readonly context: vm.Context; readonly script: vm.Script } | undefined;
  return <T>(call: () => T, timeout: number, breakOnSigint: boolean): Bounded<T> => {
    if (opened === undefined) {
      const { createContext, Script } = process.getBuiltinModule('node:vm');
      opened = { context: createContext(box), script: new Script('call()', { filename: import.meta.url }) };
    }
    const before = box.call;
    box.call = call;
    try {
      const { context, script } = opened;
      const value = script.runInContext(context, { timeout, breakOnSigint, displayErrors: false }) as T;
      return { kind: 'done', value };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return { kind: 'timed-out' };
      if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return { kind: 'interrupted' };
      throw error;
    } finally {
      box.call = before;
    }
  };
}
