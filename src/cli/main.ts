#!/usr/bin/env node
import { headStart } from '../session/head-start.js';
import { endWith, guardTheExitCode } from './ending.js';
import { mayRun } from './may-run.js';
import { optimiseLate } from './optimise-late.js';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (`| head`): there is nobody left to tell.
    if (error.code !== 'EPIPE') throw error;
  });
}
guardTheExitCode();
optimiseLate();

const words = process.argv.slice(2);
const started = mayRun(words) ? headStart() : undefined;
// All else is loaded while those processes start.
const { explain, print, runProgram } = await import('./program.js');
try {
  endWith(await runProgram(words, started));
} catch (error) {
  const { text, exitCode } = explain(error);
  await print(process.stderr, text);
  endWith(exitCode);
}
