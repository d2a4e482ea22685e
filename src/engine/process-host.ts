import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Reaper } from '../process/reaper.js';
import { HostGone, type HostLink, type OpenHost } from './host-link.js';
import type { HostEvents, HostReply } from './protocol.js';
import { HostFailure } from './target-host.js';

const OUTPUT_LIMIT = 4_000;

/** A host in a process of its own, which runs the module `entry`. What the target prints goes to stderr when the run ends badly, never to stdout. */
export function processHost(entry: string, reaper: Reaper): OpenHost {
  return (onEvents) => {
    // Detached from the terminal's group: Ctrl-C is for the command line, which ends its workers itself.
    const child = fork(entry, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
    return Promise.resolve(linkTo(child, reaper, (message) => onEvents(message.events)));
  };
}

function linkTo(child: ChildProcess, reaper: Reaper, onEvents: (message: HostEvents) => void): HostLink {
  const output = lastOutput(child);
  let waiting: { resolve(reply: HostReply): void; reject(error: Error): void } | undefined;
  let gone: HostGone | undefined;

  child.on('message', (message: HostReply | HostEvents) => {
    if (message.type === 'events') return onEvents(message);
    waiting?.resolve(message);
    waiting = undefined;
  });
  const end = (reason: string) => {
    gone ??= new HostGone(`the target's process ${reason}${output()}`);
    if (child.pid !== undefined) reaper.release(child.pid);
    waiting?.reject(gone);
    waiting = undefined;
  };
  child.once('exit', (code, signal) => end(signal ? `was ended by ${signal}` : `exited with code ${code}`));
  child.once('error', (error) => end(`could not be started: ${error.message}`));

  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  return {
    kill,
    async request(request, limitMs) {
      if (gone !== undefined) throw gone;
      const reply = new Promise<HostReply>((resolve, reject) => (waiting = { resolve, reject }));
      const timer = setTimeout(() => {
        gone ??= new HostGone(
          `the target did not answer "${request.type}" within ${limitMs} ms and was killed${output()}`,
        );
        void kill();
      }, limitMs);
      child.send(request, (error) => {
        if (error) end(`could not be reached: ${error.message}`);
      });
      try {
        const answer = await reply;
        if (answer.type === 'error') throw new HostFailure(answer.error);
        return answer.value;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The end of what the process printed: where it died, the reason often stands there. */
function lastOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-OUTPUT_LIMIT)));
  }
  return () => (text.trim() === '' ? '' : `; it printed:\n${text.trimEnd()}`);
}
