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

const results: BenchResult[] = [];
for (const name of positionals.length > 0 ? positionals : names) {
  progress(`${name} ...`);
  results.push(...[await BENCHES[name]!({ quick: values.quick, runs, cells: values.cell })].flat());
}
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
