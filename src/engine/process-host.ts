import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Reaper } from '../process/reaper.js';
import { HostGone, type HostLink, type OnEvents, type OpenHost } from './host-link.js';
import { lastOutput } from './last-output.js';
import type { HostEvents, HostReply } from './protocol.js';
import { HostFailure } from './target-host.js';

const EXIT_SEEN_MS = 1_000;

/** Hosts in processes of their own. */
export interface ProcessHosts {
  readonly open: OpenHost;
  /** Starts the process of the host that will be opened first: it loads its code while the caller does something else. */
  startAhead(): void;
  /** Ends the process that was started ahead, if nobody came for it. */
  close(): Promise<void>;
}

/**
 * Each host's process runs the module `entry` with `args`. What the target prints goes to stderr when the run ends badly,
 * never to stdout.
 */
export function processHosts(entry: string, args: readonly string[], reaper: Reaper): ProcessHosts {
  const start = () => {
    // Detached from the terminal's group: Ctrl-C is for the command line, which ends its workers itself.
    const child = fork(entry, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
    return linkTo(child, reaper);
  };
  let ahead: ProcessLink | undefined;
  return {
    open: (onEvents) => {
      const link = ahead ?? start();
      ahead = undefined;
      link.onEvents = onEvents;
      return Promise.resolve(link);
    },
    startAhead: () => (ahead ??= start()),
    close: async () => {
      await ahead?.kill();
      ahead = undefined;
    },
  };
}

interface ProcessLink extends HostLink {
  onEvents: OnEvents;
}

function linkTo(child: ChildProcess, reaper: Reaper): ProcessLink {
  const output = lastOutput([child.stdout, child.stderr]);
  /** In the order of the requests, which is the order of the replies. */
  const waiting: { resolve(reply: HostReply): void; reject(error: Error): void }[] = [];
  let gone: HostGone | undefined;

  child.on('message', (message: HostReply | HostEvents) => {
    if (message.type === 'events') return link.onEvents(message.events);
    waiting.shift()?.resolve(message);
  });
  const end = (reason: string) => {
    gone ??= new HostGone(`the target's process ${reason}${output()}`);
    if (child.pid !== undefined) reaper.release(child.pid);
    for (const one of waiting.splice(0)) one.reject(gone);
  };
  child.once('exit', (code, signal) => end(signal ? `was ended by ${signal}` : `exited with code ${code}`));
  child.once('error', (error) => end(`could not be started: ${error.message}`));

  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  const link: ProcessLink = {
    goesWhenArmed: true,
    onEvents: () => undefined,
    kill,
    async request(request, limitMs) {
      if (gone !== undefined) throw gone;
      const reply = new Promise<HostReply>((resolve, reject) => waiting.push({ resolve, reject }));
      const timer = setTimeout(() => {
        gone ??= new HostGone(
          `the target did not answer "${request.type}" within ${limitMs} ms and was killed${output()}`,
        );
        void kill();
      }, limitMs);
      child.send(request, (error) => {
        if (!error) return;
        // The exit that broke the channel tells more than the channel does, and is seen a moment later.
        setTimeout(() => {
          if (gone === undefined) end(`could not be reached: ${error.message}`);
        }, EXIT_SEEN_MS);
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
  return link;
}
