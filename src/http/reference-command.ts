import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What starts the reference API: the built program; in the sources, the same through the loader of TypeScript files. */
export function referenceCommand(): readonly [string, ...string[]] {
  const isBuilt = import.meta.url.endsWith('.js');
  const entry = fileURLToPath(new URL(`../reference-api/main.${isBuilt ? 'js' : 'ts'}`, import.meta.url));
  if (isBuilt) return [process.execPath, entry];
  const jiti = path.dirname(createRequire(import.meta.url).resolve('jiti/package.json'));
  return [process.execPath, path.join(jiti, 'lib', 'jiti-cli.mjs'), entry];
}
