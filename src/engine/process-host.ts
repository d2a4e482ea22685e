import type { ChildProcess } from 'node:child_process';
import { limitWords } from '../core/time-limit.js';
import { endWords } from '../process/how-ended.js';
import type { Reaper } from '../process/reaper.js';
import { HostFailure } from './host-failure.js';
import { HostGone, type HostLink, type OnEvents, type OpenHost } from './host-link.js';
import { lastOutput } from './last-output.js';
import type { HostEvents, HostReply, HostReplyValue, HostRequest, Preparation } from './protocol.js';
import { endAtOnce, startWorker } from './worker-start.js';

const EXIT_SEEN_MS = 1_000;

/** Hosts in processes of their own. */
export interface ProcessHosts {
  readonly open: OpenHost;
  /** Starts the process of the host that will be opened first: it loads its code while the caller does something else. */
  startAhead(): void;
  /** Ends the processes that nobody has a host in; resolves when all that were ended are gone. */
  close(): Promise<void>;
}

export interface ProcessHostOptions {
  readonly args?: readonly string[];
  /** What each process is to load before it is asked for. Default: nothing. */
  readonly prepare?: Preparation;
  /**
   * A process whose host came to rest serves the next one: for our own code alone, which leaves nothing behind that the next
   * could see. Default: each host has its own.
   */
  readonly reuse?: boolean;
  /** A process that runs the same module already. */
  readonly started?: ChildProcess | undefined;
}

/**
 * Each host's process runs the module `entry`. What the target prints goes to stderr when the run ends badly, never to stdout.
 */
export function processHosts(
  entry: string,
  reaper: Reaper,
  { args = [], prepare, reuse = false, started }: ProcessHostOptions = {},
): ProcessHosts {
  const inUse = new Set<ProcessHost>();
  const ending = new Set<Promise<void>>();

  const take = (child: ChildProcess) => {
    // A target in an endless loop does not see that its channel is closed.
    if (child.pid !== undefined) reaper.guardProcess(child.pid, 'SIGKILL');
    const process = new HostProcess(child, reaper);
    if (prepare !== undefined) process.prepare(prepare);
    return process;
  };
  const start = () => take(startWorker(entry, args));
  const idle: HostProcess[] = started === undefined ? [] : [take(started)];
  const free = async () => {
    // One that is asked to stop is free in a moment.
    if (idle.length === 0) await Promise.all([...inUse].flatMap((host) => host.stopping ?? []));
    const rested = idle.splice(0).filter((host) => !host.isGone);
    idle.push(...rested.slice(1));
    return rested[0] ?? start();
  };

  return {
    open: async (onEvents) => {
      const process = await free();
      process.onEvents = onEvents;
      const host: ProcessHost = new ProcessHost(process, (isAtRest) => {
        inUse.delete(host);
        if (reuse && isAtRest) {
          idle.push(process);
          return Promise.resolve();
        }
        const gone = process.kill();
        ending.add(gone);
        return gone.finally(() => ending.delete(gone));
      });
      inUse.add(host);
      return host;
    },
    startAhead: () => {
      if (idle.length === 0) idle.push(start());
    },
    close: async () => {
      await Promise.all([...ending, ...idle.splice(0).map((process) => process.kill())]);
    },
  };
}

/** One host, in a process that may have served others before. */
class ProcessHost implements HostLink {
  readonly goesWhenArmed = true;
  /** Resolves when it has been given back; undefined while nobody asked it to stop. */
  stopping: Promise<void> | undefined;
  #isAtRest = false;
  #givenBack: () => void = () => undefined;

  constructor(
    private readonly process: HostProcess,
    private readonly giveBack: (isAtRest: boolean) => Promise<void>,
  ) {}

  async request(request: HostRequest, limitMs: number): Promise<HostReplyValue> {
    if (request.type === 'stop') this.stopping ??= new Promise((resolve) => (this.#givenBack = resolve));
    const value = await this.process.request(request, limitMs);
    if (request.type === 'stop') this.#isAtRest = value === true;
    return value;
  }

  async kill(): Promise<void> {
    await this.giveBack(this.#isAtRest);
    this.#givenBack();
  }
}

/** A process, and what was asked of it. */
class HostProcess {
  onEvents: OnEvents = () => undefined;
  readonly #output: () => string;
  /** In the order of the requests, which is the order of the replies. */
  readonly #waiting: { resolve(reply: HostReply): void; reject(error: Error): void }[] = [];
  #gone: HostGone | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly reaper: Reaper,
  ) {
    this.#output = lastOutput([child.stdout, child.stderr]);
    child.on('message', (message: HostReply | HostEvents) => {
      if (message.type === 'events') return this.onEvents(message.events, message.trial);
      this.#waiting.shift()?.resolve(message);
    });
    child.once('exit', (code, signal) => this.#end(endWords(code, signal)));
    child.once('error', (error) => this.#end(`could not be started: ${error.message}`));
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  async request(request: HostRequest, limitMs: number): Promise<HostReplyValue> {
    if (this.#gone !== undefined) throw this.#gone;
    const reply = new Promise<HostReply>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const timer = setTimeout(() => {
      this.#gone ??= new HostGone(
        `the target did not answer "${request.type}" within ${limitWords(limitMs)} and was killed${this.#output()}`,
      );
      void this.kill();
    }, limitMs);
    this.child.send(request, (error) => {
      if (!error) return;
      // The exit that broke the channel tells more than the channel does, and is seen a moment later.
      setTimeout(() => {
        if (this.#gone === undefined) this.#end(`could not be reached: ${error.message}`);
      }, EXIT_SEEN_MS);
    });
    try {
      const answer = await reply;
      if (answer.type === 'error') throw new HostFailure(answer.error);
      return answer.value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Says what will be asked for. Where it cannot be reached the first request tells. */
  prepare(preparation: Preparation): void {
    this.child.send(preparation, () => undefined);
  }

  kill(): Promise<void> {
    return endAtOnce(this.child);
  }

  #end(reason: string): void {
    this.#gone ??= new HostGone(`the target's process ${reason}${this.#output()}`);
    if (this.child.pid !== undefined) this.reaper.release(this.child.pid);
    for (const one of this.#waiting.splice(0)) one.reject(this.#gone);
  }
}
