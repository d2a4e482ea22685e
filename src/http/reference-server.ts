import { fileURLToPath } from 'node:url';

/** How the reference API is started: the built program, also from sources under a test runner, where no loader is as quick. */
export function referenceServerCommand(): readonly [string, ...string[]] {
  const rooms = import.meta.url.endsWith('.js') ? '..' : '../../dist/src';
  return [process.execPath, fileURLToPath(new URL(`${rooms}/reference-api/main.js`, import.meta.url))];
}
