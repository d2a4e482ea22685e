import { fileURLToPath } from 'node:url';

/**
 * The default export of a user's `.ts` or `.js` file, without a build step. `race-check` and its sub-paths resolve to
 * this very copy, from any folder, so that a file needs no package.json beside it.
 */
export async function loadUserModule(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const jiti = createJiti(import.meta.url, {
    alias: {
      'race-check/postgres': here('../stores/postgres/connect.js'),
      'race-check': here('../index.js'),
    },
    interopDefault: true,
    moduleCache: true,
  });
  return jiti.import(path, { default: true });
}
