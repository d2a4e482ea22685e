#!/usr/bin/env node
import { endWith, guardTheExitCode } from './ending.js';
import { explain } from './failure.js';
import { print } from './output.js';
import { runProgram } from './program.js';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (`| head`): there is nobody left to tell.
    if (error.code !== 'EPIPE') throw error;
  });
}
guardTheExitCode();

try {
  endWith(await runProgram(process.argv.slice(2)));
} catch (error) {
  const { text, exitCode } = explain(error);
  await print(process.stderr, text);
  endWith(exitCode);
}
