#!/usr/bin/env node
import { explain } from './failure.js';
import { runProgram } from './program.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has gone (`| head`): there is nobody left to tell.
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explain(error);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
