import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startWorker } from '../src/engine/worker-start.js';

/** One of the programs beside this file, in a process of its own, which ends when it is closed. */
export interface Program {
  readonly pid: number;
  /** What it said first, which is when it is ready. */
  readonly told: unknown;
  /** One at a time. */
  ask(message: unknown): Promise<unknown>;
  close(): void;
}

/** Tests run what is not compiled. */
const [SUFFIX, RUN_WITH] = import.meta.url.endsWith('.ts')
  ? ['.ts', ['--import', 'jiti/register']]
  : ['.js', []];

const pathOf = (program: string) => fileURLToPath(new URL(`${program}${SUFFIX}`, import.meta.url));

export function startProgram(program: string, args: readonly string[]): Promise<Program> {
  return begun(fork(pathOf(program), args, { execArgv: RUN_WITH }));
}

/** As the command line starts the process of a target's clients. */
export function startAsWorker(program: string): Promise<Program> {
  const child = startWorker(pathOf(program));
  child.stdout?.pipe(process.stderr);
  child.stderr?.pipe(process.stderr);
  return begun(child);
}

async function begun(child: ChildProcess): Promise<Program> {
  const [told] = (await once(child, 'message')) as [unknown];
  return {
    pid: child.pid!,
    told,
    async ask(message) {
      const answered = once(child, 'message');
      child.send(message as object);
      return ((await answered) as [unknown])[0];
    },
    close() {
      child.disconnect();
    },
  };
}
