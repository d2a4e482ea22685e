import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { grouped } from '../core/grouped.js';
import { endWords } from '../process/how-ended.js';
import { groupRuns } from '../process/process-group.js';
import type { Reaper } from '../process/reaper.js';
import { execEvent, execReply, type ExecEvent, type ExecReply, type ExecRequest } from './exec-protocol.js';
import { HostFailure } from './host-failure.js';
import { HostGone } from './host-link.js';
import { lastOutput } from './last-output.js';

/** How a program of the user is started: a line for the shell, in this folder. */
export interface ExecCommand {
  readonly command: string;
  readonly cwd: string;
}

type Reply<Type extends ExecReply['type']> = Extract<ExecReply, { type: Type }>;

/** A line that never ends would fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;
const SHOWN_OF_A_LINE = 200;
/** A process that has ended may have left lines in the pipe; one that it started may hold the pipe open. */
const DRAIN_MS = 200;
const GROUP_LIMIT_MS = 2_000;
const POLL_MS = 5;

const EVENT_TYPES: readonly unknown[] = ['invoke', 'ok', 'fail', 'info', 'note'];

/**
 * A program that speaks the protocol on stdin and stdout. What it prints on stderr is told when it fails. All of its process
 * group is ended with it.
 */
export class ExecProgram {
  readonly #child: ChildProcess;
  readonly #output: () => string;
  readonly #ended: Promise<unknown>;
  #broken: Error | undefined;
  #waiting: { resolve(reply: ExecReply): void; reject(error: Error): void } | undefined;
  #onEvent: ((event: ExecEvent) => void) | undefined;
  #rest = '';

  constructor(
    { command, cwd }: ExecCommand,
    private readonly reaper: Reaper,
  ) {
    const child = spawn(command, {
      ...{ cwd, shell: true, stdio: 'pipe', windowsHide: true },
      // Detached from the terminal's group: Ctrl-C is for the command line, which ends its programs itself.
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    if (child.pid !== undefined) reaper.guardGroup(child.pid, 'SIGKILL');
    this.#output = lastOutput([child.stderr]);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    // The exit that broke the pipe tells more than the pipe does.
    child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    child.once('error', (error) => this.#gone(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      const gone = () => this.#gone(endWords(code, signal));
      const timer = setTimeout(gone, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(timer);
        gone();
      });
    });
  }

  /**
   * Writes one line and waits for its answer, of this type; `onEvent` is told of the events before it. Rejects with
   * `HostFailure` for an error that it tells or a line that is none of the protocol, with `HostGone` when it is no more.
   */
  async ask<Type extends ExecReply['type']>(
    request: ExecRequest,
    type: Type,
    onEvent?: (event: ExecEvent) => void,
  ): Promise<Reply<Type>> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#onEvent = onEvent;
    const answer = new Promise<ExecReply>((resolve, reject) => (this.#waiting = { resolve, reject }));
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const reply = await answer;
    if (reply.type === 'error') {
      const { message, code } = reply;
      // Set-up, reset and reads may fail for what is not the program's fault; an attempt has "fail" and "info" for that.
      const kind = request.type === 'go' || request.type === 'hello' ? 'mistake' : 'failure';
      throw new HostFailure({
        kind,
        message: `the program said: ${message}${this.#output()}`,
        ...(code && { code }),
      });
    }
    if (reply.type !== type) {
      throw this.refuse(`expected "${type}" as the answer to "${request.type}", got "${reply.type}"`);
    }
    return reply as Reply<Type>;
  }

  /** The program is wrong: it is ended, and whoever asks it again is told so. */
  refuse(problem: string): HostFailure {
    const failure = new HostFailure({
      kind: 'mistake',
      message: `the program does not keep to the protocol (docs/exec-protocol.md): ${problem}${this.#output()}`,
    });
    this.#break(failure);
    void this.kill();
    return failure;
  }

  /** It did not answer in time. */
  giveUp(problem: string): void {
    this.#break(new HostGone(`${problem} and was killed${this.#output()}`));
    void this.kill();
  }

  /** Resolves when it has ended by itself, or after so many milliseconds. */
  async rest(limitMs: number): Promise<void> {
    this.#child.stdin?.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs)));
    await Promise.race([this.#ended, late]);
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined) return;
    try {
      // What the program started is in its group, also when the program itself has gone.
      if (process.platform === 'win32') this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left in the group.
    }
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit').catch(() => undefined);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    // What the leader started dies on its own time. What does not is left to the reaper.
    const deadline = performance.now() + GROUP_LIMIT_MS;
    while (groupRuns(pid) && performance.now() < deadline) await wait(POLL_MS);
    if (!groupRuns(pid)) this.reaper.release(pid);
  }

  #gone(what: string): void {
    this.#break(new HostGone(`the target's program ${what}${this.#output()}`));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#waiting?.reject(this.#broken);
    this.#waiting = undefined;
  }

  #read(chunk: string): void {
    if (this.#broken !== undefined) return;
    // Only what is new is looked through: a long line comes in many chunks.
    const [first = '', ...others] = chunk.split('\n');
    this.#rest += first;
    for (const next of others) {
      this.#take(this.#rest);
      this.#rest = next;
    }
    if (this.#rest.length > LONGEST_LINE)
      this.refuse(`expected lines, got ${grouped(this.#rest.length)} characters without an end`);
  }

  #take(line: string): void {
    if (this.#broken !== undefined) return;
    const json = parsed(line);
    if (json === undefined) {
      this.refuse(
        `expected one JSON object a line on stdout, got ${shown(line)} (print what else there is to say on stderr)`,
      );
      return;
    }
    const isEvent = EVENT_TYPES.includes(json['type']);
    const { success, data, error } = (isEvent ? execEvent : execReply).safeParse(json);
    if (!success) {
      const issues = error.issues
        .slice(0, 3)
        .map(({ path, message }) => `${path.map(String).join('.') || 'line'}: ${message}`);
      this.refuse(`${issues.join('; ')}; it was ${shown(line)}`);
    } else if (this.#waiting === undefined) {
      this.refuse(`expected nothing before it is asked, got ${shown(line)}`);
    } else if (isEvent) {
      if (this.#onEvent === undefined)
        this.refuse(`expected events between "go" and "done" only, got ${shown(line)}`);
      else this.#onEvent(data as ExecEvent);
    } else {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting.resolve(data as ExecReply);
    }
  }
}

/** An object, or nothing. */
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

function shown(line: string): string {
  return line.length <= SHOWN_OF_A_LINE
    ? JSON.stringify(line)
    : `${JSON.stringify(line.slice(0, SHOWN_OF_A_LINE))}...`;
}
