#!/usr/bin/env node
import { headStart } from '../session/head-start.js';
import { endWith, guardTheExitCode } from './ending.js';
import { mayRun } from './may-run.js';
import { optimiseLate } from './optimise-late.js';
import { keepStdoutForResults } from './stdout.js';

for (const stream of [process.stdout, process.stderr]) {
  // `print` tells of what it could not hand over; for the rest there is nobody left to tell.
  stream.on('error', () => undefined);
}
keepStdoutForResults();
guardTheExitCode();
optimiseLate();

const words = process.argv.slice(2);
const started = mayRun(words) ? headStart() : undefined;
// All else is loaded while those processes start.
const { explain, print, runProgram } = await import('./program.js');
try {
  const exitCode = await runProgram(words, started);
  await started?.end();
  endWith(exitCode);
} catch (error) {
  const { text, exitCode } = explain(error);
  await print(process.stderr, text).catch(() => undefined);
  await started?.end();
  endWith(exitCode);
}
