import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child process ended with, and how long it lived, as its parent saw it. */
export interface EndedChild {
  readonly wallMs: number;
  readonly exitCode: number | null;
  readonly stdout: string;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Told the number of the process as soon as it has one. */
  readonly onStart?: (pid: number) => void;
}

export const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Runs Node with these arguments to its end. What it writes to stderr is shown only when its exit code is not expected. */
export async function runNode(
  args: readonly string[],
  expectedExit: readonly number[],
  { env, onStart }: ChildOptions = {},
): Promise<EndedChild> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const exited = once(child, 'exit').then(() => performance.now());
  await once(child, 'close');
  const wallMs = (await exited) - startedAt;
  if (child.exitCode === null || !expectedExit.includes(child.exitCode)) {
    const ended = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new Error(`node ${args.join(' ')} ended with ${ended}:\n${stderr || stdout}`);
  }
  return { wallMs, exitCode: child.exitCode, stdout };
}

/** Runs one of the programs beside this file with a request, and resolves with its reply. */
export async function ask<Request, Reply>(
  program: string,
  request: Request,
  options?: ChildOptions,
): Promise<Reply> {
  const entry = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await runNode([entry, JSON.stringify(request)], [0], options);
  return JSON.parse(stdout) as Reply;
}

/** The other end of `ask`. */
export async function answerParent<Request, Reply>(
  answer: (request: Request) => Promise<Reply>,
): Promise<void> {
  const reply = await answer(JSON.parse(process.argv[2] ?? 'null') as Request);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
