import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * From `build/`, a file a module, to `dist/`, the same entries over a few chunks: a third of the time that a start takes to
 * load code. What several entries share stands in one chunk, so that a class has one identity wherever it is imported from.
 * Chunks lie as deep as the rooms of `src/`, so that `import.meta.url` leads from either to the same places.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FROM = path.join(ROOT, 'build');
const TO = path.join(ROOT, 'dist');
const CHUNKS = 'src/chunks';
const CLI = 'src/cli/main';

/** What is run or imported by its path, besides all targets and scenarios. */
const ENTRIES = [
  CLI,
  'src/index',
  'src/session/worker-process',
  'src/session/explorer-process',
  'src/reference-api/main',
  ...['postgres', 'mongodb', 'redis'].map((store) => `src/stores/${store}/connect`),
  ...['targets', 'scenarios'].flatMap(modulesIn),
];
/**
 * Loaded by every start, and slow to load as they come: dozens of small files, or, with zod, other languages' messages. Each stays
 * a dependency: our types name its own.
 */
const BUNDLED = [
  ...['zod', 'commander', 'chalk', 'fastest-levenshtein'],
  ...['cli-table3', 'string-width', 'strip-ansi', 'ansi-regex', 'emoji-regex', 'is-fullwidth-code-point'],
  ...[
    'pg',
    'pg-connection-string',
    'pg-int8',
    'pg-pool',
    'pg-protocol',
    'pg-types',
    'pgpass',
    'split2',
    'xtend',
  ],
  ...['postgres-array', 'postgres-bytea', 'postgres-date', 'postgres-interval'],
];

/**
 * What a run of ours loads, in as few files as can be: to open a file takes longer than to compile it. The command line starts a worker
 * with the first part, and each part needs those before it. Nothing in them is run by being loaded.
 */
const LOADED_TOGETHER = {
  ahead: [
    ...['src/session/head-start', 'src/cli/may-run', 'src/cli/optimise-late', 'src/cli/ending'],
    'src/cli/stdout',
  ],
  worker: [
    ...['src/engine/target-host', 'src/session/resolve-target', 'src/stores/errors'],
    'src/stores/postgres/connect',
  ],
  run: ['src/cli/program', 'src/cli/run-command', 'src/stores/postgres/server'],
};

const misplaced = modulesIn('.').filter((module) => isMisplaced(module));
if (misplaced.length > 0) {
  throw new Error(
    `expected import.meta.url only in rooms of src/, which lie as deep as chunks do, and leading out of them (../room/file), got it in ${misplaced.join(', ')}`,
  );
}

rmSync(path.join(TO, CHUNKS), { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, path.join(FROM, `${entry}.js`)])),
  platform: 'node',
  checks: { ineffectiveDynamicImport: false },
  plugins: [{ name: 'no-cloudflare', transform: askNoCloudflare }],
  external: (id) => /^[a-z@]/.test(id) && !BUNDLED.some((name) => id === name || id.startsWith(`${name}/`)),
});
const { output } = await bundle.write({
  dir: TO,
  format: 'esm',
  chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
  entryFileNames: '[name].js',
  // Names stay: a stack trace is for people, and so is what errors are told by.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  codeSplitting: {
    groups: Object.entries(LOADED_TOGETHER).map(([name, modules], index, { length }) => ({
      name,
      test: (id) => modules.some((module) => id === path.join(FROM, `${module}.js`)),
      priority: length - index,
    })),
  },
});
await bundle.close();
const before = output.find(({ fileName }) => fileName === `${CLI}.js`).imports;
const late = before.filter((file) => !/\/(ahead|rolldown-runtime)-[^/]*$/.test(file));
if (late.length > 0) {
  throw new Error(
    `expected ${CLI} to load no more than the chunk "ahead" before it starts a worker, got ${late.join(', ')}: add what it imports to LOADED_TOGETHER.ahead`,
  );
}
chmodSync(path.join(TO, `${CLI}.js`), 0o755);

/** pg makes a `Response` to learn that it does not run at Cloudflare, and has Node load all of fetch for that: 18 ms a process. */
function askNoCloudflare(code, id) {
  if (!/[\\/]pg[\\/]lib[\\/]stream\.js$/.test(id)) return undefined;
  const asked = "typeof Response === 'function'";
  if (!code.includes(asked)) throw new Error(`expected pg to ask for ${asked} in ${id}`);
  return code.replace(asked, 'false');
}

function isMisplaced(module) {
  const isDeepEnough = /^src\/[^/]+\/[^/]+$/.test(module);
  if (module.startsWith('bench/')) return false;
  const text = readFileSync(path.join(FROM, `${module}.js`), 'utf8');
  return text.includes('import.meta.url') && !(isDeepEnough && !/new URL\(['`]\.\//.test(text));
}

function modulesIn(folder) {
  return readdirSync(path.join(FROM, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/').replace(/\.js$/, '')));
}
