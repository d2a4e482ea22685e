import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchEngine } from './engine.js';
import { benchHttp } from './http-burst.js';
import { benchUnequal } from './http-unequal.js';
import { benchExplore } from './explore.js';
import { benchMemory } from './memory.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { markdownTable } from './table.js';
import { benchWholeRun } from './whole-run.js';

const BENCHES: Readonly<
  Record<string, (options: BenchOptions) => Promise<BenchResult | readonly BenchResult[]>>
> = {
  engine: benchEngine,
  'whole-run': benchWholeRun,
  memory: benchMemory,
  explore: benchExplore,
  http: benchHttp,
  'http-unequal': benchUnequal,
};

const LEAST_RUNS = 5;
const names = Object.keys(BENCHES);

/**
 * `npm run bench -- [engine] [whole-run] [memory] [explore] [http] [http-unequal] [--quick] [--runs N] [--cell many]...`.
 * Says what was measured; asserts nothing. `--cell`, once or more, names what of the table of `http`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: String(LEAST_RUNS) },
    cell: { type: 'string', multiple: true },
  },
});
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')} (known: ${names.join(', ')})`);
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  throw new Error(`expected a whole number from 1 for --runs, got "${values.runs}"`);
}

const asked = positionals.length > 0 ? positionals : names;
const results: BenchResult[] = [];
for (const name of asked) {
  progress(`${name} ...`);
  results.push(...(asked.length > 1 ? await inProcessOfItsOwn(name) : await measured(name)));
}
// To the process that asked for it beside others.
process.send?.(results);
if (process.send === undefined) printResults();

async function measured(name: string): Promise<readonly BenchResult[]> {
  return [await BENCHES[name]!({ quick: values.quick, runs, cells: values.cell })].flat();
}

/** What one bench leaves in the memory of its process would be collected in the next: in the middle of a burst, say. */
async function inProcessOfItsOwn(name: string): Promise<readonly BenchResult[]> {
  const cells = (values.cell ?? []).flatMap((cell) => ['--cell', cell]);
  const flags = [...(values.quick ? ['--quick'] : []), '--runs', String(runs), ...cells];
  const child = fork(fileURLToPath(import.meta.url), [name, ...flags]);
  let told: readonly BenchResult[] = [];
  child.on('message', (message) => (told = message as readonly BenchResult[]));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${name} ended with exit code ${code}`);
  return told;
}

function printResults(): void {
  print('');
  print(
    markdownTable(
      ['', 'goal', `measured (median of ${runs})`, 'met'],
      results.map(({ what, goal, measured, met }) => [
        what,
        goal,
        measured,
        met === undefined ? '?' : met ? '✔' : '✘',
      ]),
    ),
  );
}
