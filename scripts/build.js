import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `npm run build` does: a file a module in `build/`, then the few of `dist/`. Ends with the exit code of what failed. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const STEPS = [[TSC, '-p', 'tsconfig.build.json'], [path.join(ROOT, 'scripts/bundle.js')]];

for (const step of STEPS) {
  const { status } = spawnSync(process.execPath, step, { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) continue;
  // Else whoever goes on tries what was there before, and takes it for what was just written.
  const stale = existsSync(path.join(ROOT, 'dist/src/cli/main.js'));
  console.error(
    `The build failed.${stale ? ' What is in dist/ is older, or not whole: do not run it.' : ''}`,
  );
  process.exit(status ?? 1);
}
