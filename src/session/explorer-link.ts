import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostConnection, HostError } from '../engine/protocol.js';
import { chase } from '../engine/trial.js';
import { endWords } from '../process/how-ended.js';
import type { Instances } from '../explore/apart.js';
import type { Reaper } from '../process/reaper.js';
import { StoreUnavailable, type StoreNamespace } from '../stores/store.js';
import type { ExplorerRequest, ExplorerResult } from './explorer.js';
import { ALIVE_EVERY_MS, type FromExplorer, type ToExplorer } from './explorer-messages.js';

export type ExplorerEnd =
  | ExplorerResult
  | { readonly kind: 'failed'; readonly error: HostError }
  /** It was killed, or died; for people. */
  | { readonly kind: 'lost'; readonly reason: string; readonly run: number; readonly violated: number };

export interface ExplorerOptions {
  readonly reaper: Reaper;
  readonly namespaces: ReadonlyMap<string, StoreNamespace>;
  /** Of the target's API, if it has one. */
  readonly instances: Instances;
  readonly signal: AbortSignal;
  readonly onProgress: (run: number, violated: number) => void;
}

const ENTRY = fileURLToPath(new URL('../session/explorer-process.js', import.meta.url));
/** On top of a step's own limit: then silence means that its code never gives back control. */
const SILENCE_MS = 5 * ALIVE_EVERY_MS;
/** Silence is counted in such parts: a machine that stood still, asleep or paused, has been silent for one of them. */
const LISTEN_MS = 500;
/** After an interruption: to end the schedule under way. */
const STOP_MS = 3_000;
const OUTPUT_LIMIT = 4_000;

/**
 * Has a process of its own explore. One that says nothing for longer than a step may take is killed, and so is one that
 * does not stop when asked. Whatever becomes of it, its sessions at the servers are ended before this resolves.
 */
export async function explorerProcess(
  request: ExplorerRequest,
  { reaper, namespaces, instances, signal, onProgress }: ExplorerOptions,
): Promise<ExplorerEnd> {
  // Detached from the terminal's group: Ctrl-C is for the command line, which ends it itself.
  const child = fork(ENTRY, [], { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
  const send = (message: ToExplorer) => child.send(message, () => undefined);
  const silenceMs = request.timeoutMs + SILENCE_MS;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_LIMIT)));
  }
  let connections: readonly HostConnection[] = [];
  let counts = { run: 0, violated: 0 };
  let reason: string | undefined;
  let silentMs = 0;
  const heard = () => {
    silentMs = 0;
  };
  const listening = setInterval(() => {
    silentMs += LISTEN_MS;
    if (silentMs < silenceMs) return;
    reason = `the target's code did not give back control for ${silenceMs} ms, and its process was killed`;
    child.kill('SIGKILL');
  }, LISTEN_MS);
  const stop = () => {
    send({ type: 'stop' });
    void wait(STOP_MS, undefined, { ref: false }).then(() => {
      reason ??= 'interrupted';
      child.kill('SIGKILL');
    });
  };

  const answer = (done: Promise<ToExplorer>) => {
    done
      .catch((error: unknown): ToExplorer => ({ type: 'refused', message: wordsOf(error) }))
      .then(send, () => undefined);
  };
  const exited = once(child, 'exit').catch(() => undefined);
  const ended = new Promise<ExplorerEnd>((resolve) => {
    const lost = (why: string) => {
      const words = output.trim() === '' ? why : `${why}; it printed:\n${output.trimEnd()}`;
      resolve({ kind: 'lost', reason: reason ?? words, ...counts });
    };
    child.once('error', (error) => lost(`the explorer's process could not be started: ${error.message}`));
    child.once('exit', (code, killed) => lost(`the explorer's process ${endWords(code, killed)}`));
    child.on('message', (message: FromExplorer) => {
      heard();
      switch (message.type) {
        case 'alive':
          counts = { run: message.run, violated: message.violated };
          return onProgress(message.run, message.violated);
        case 'connected':
          connections = message.connections;
          return;
        case 'chase':
          return answer(
            chase(message.connections, namespaces).then((aftermath) => ({ type: 'chased', aftermath })),
          );
        case 'launch':
          return answer(
            instances.launch(message.given).then((addresses) => ({ type: 'launched', addresses })),
          );
        case 'stop-instances':
          return answer(instances.stop().then(() => ({ type: 'stopped' })));
        case 'done':
          return resolve(message.result);
        case 'failed':
          return resolve({ kind: 'failed', error: message.error });
      }
    });
  });
  send({ type: 'run', request });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    const end = await ended;
    clearInterval(listening);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
    if (!isClean(end)) await endSessions(connections, namespaces);
    return end;
  } finally {
    clearInterval(listening);
    signal.removeEventListener('abort', stop);
    if (child.pid !== undefined) reaper.release(child.pid);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof StoreUnavailable) return error.words;
  return error instanceof Error ? error.message : String(error);
}

/** Everything that it began has come to an end. */
function isClean(end: ExplorerEnd): boolean {
  return end.kind === 'replayed' || (end.kind === 'explored' && end.explored.verdict !== 'inconclusive');
}

/** Nothing that it began goes on at a server that others use. */
async function endSessions(
  connections: readonly HostConnection[],
  namespaces: ReadonlyMap<string, StoreNamespace>,
): Promise<void> {
  const doubtful = connections.map(({ trace: _old, ...one }) => ({ ...one, doubtful: true }));
  await chase(doubtful, namespaces).catch(() => undefined);
}
