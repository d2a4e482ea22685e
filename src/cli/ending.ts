import { writeSync } from 'node:fs';
import { EXIT } from '../session/exit-code.js';

let ours = false;

/**
 * Ends the process with this code. At once: a user's file may have left a timer or a pool of connections behind, which
 * would keep it running. Servers and folders that are still there are seen to by the reaper.
 */
export function endWith(exitCode: number): never {
  ours = true;
  process.exit(exitCode);
}

/**
 * An end that is not ours is no verdict: a user's file that calls `process.exit(0)` must not look like a pass, nor an
 * error that nobody caught like a violation.
 */
export function guardTheExitCode(): void {
  process.on('uncaughtException', (error) => {
    tell(`an error that nobody caught: ${error.stack ?? String(error)}`);
    endWith(EXIT.couldNotRun);
  });
  process.on('exit', (code) => {
    if (ours) return;
    tell(`the process was ended with code ${code} before there was a result, most likely by a loaded file`);
    process.exitCode = EXIT.couldNotRun;
  });
}

function tell(text: string): void {
  try {
    writeSync(2, `race-check: ${text}\n`);
  } catch {
    // Nobody reads.
  }
}
