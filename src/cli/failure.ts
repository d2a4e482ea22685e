import { UsageError } from '../core/usage-error.js';
import { redact } from '../report/redact.js';
import { EXIT } from '../session/exit-code.js';

/** What the user reads, and the exit code. A stack trace only for what is our own mistake. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof UsageError) {
    const [first, ...rest] = error.problems;
    const lines =
      rest.length === 0
        ? [`race-check: ${first}`]
        : ['race-check:', ...error.problems.map((one) => `  ${one}`)];
    return { text: `${redact(lines.join('\n'))}\nSee race-check --help.\n`, exitCode: EXIT.usage };
  }
  if (error instanceof Error && isForPeople(error)) {
    return { text: `race-check: ${redact(error.message)}\n`, exitCode: EXIT.couldNotRun };
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `race-check: an error that should not have happened; please report it with these lines.\n${redact(told)}\n`,
    exitCode: EXIT.couldNotRun,
  };
}

/** Errors whose message was written to be read. */
function isForPeople(error: Error): boolean {
  return [
    'ApiFailed',
    'EngineMissing',
    'OutputFailed',
    'ProgramFailed',
    'ReportNotWritten',
    'StoreUnavailable',
    'UserModuleFailed',
  ].includes(error.name);
}
