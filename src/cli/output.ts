import { reasonOf } from '../report/writable.js';
import { writeResult } from './stdout.js';

/** Output that could not be handed over, for another reason than a reader that has gone. The message is for people. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
}

/** Columns that a table may take: the terminal's, else what is easy to read in a log. */
export function terminalWidth(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): number {
  const asked = Number(env['COLUMNS']);
  if (stream.isTTY && stream.columns) return stream.columns;
  return Number.isInteger(asked) && asked > 0 ? asked : 100;
}

/** Colour only on a terminal, unless FORCE_COLOR asks for it; NO_COLOR forbids it (no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY && env['TERM'] !== 'dumb';
}

/** Resolves when all of it has been handed over; a reader that has gone (`| head`) is no error. Rejects with OutputFailed. */
export function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  const isResult = stream === process.stdout;
  const write = isResult ? writeResult : stream.write.bind(stream);
  return new Promise((resolve, reject) => {
    write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') return resolve();
      reject(
        new OutputFailed(`${isResult ? 'stdout' : 'stderr'} could not be written to: ${reasonOf(error)}`),
      );
    });
  });
}
