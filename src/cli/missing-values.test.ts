import { Command } from 'commander';
import { expect, it } from 'vitest';
import { missingValues, withoutMissingValues } from './missing-values.js';

const command = () =>
  new Command('run')
    .option('-n, --trials <number>', '')
    .option('--store <names>', '')
    .option('--seed <text>', '')
    .option('--json', '');

it.each([
  ['flash-sale --seed', 'flash-sale', ['expected a text for --seed, got nothing']],
  ['-n', '', ['expected a number for --trials, got nothing']],
  ['--seed --json x', '--json x', ['expected a text for --seed, got the option --json']],
  [
    '--store --seed=7 --trials',
    '--seed=7',
    ['expected names for --store, got the option --seed', 'expected a number for --trials, got nothing'],
  ],
  ['--trials -1 --seed --unknown', '--trials -1 --seed --unknown', []],
  ['--seed=--json --json', '--seed=--json --json', []],
  ['x -- --seed', 'x -- --seed', []],
])('in "%s", options without a value are left out and told of', (given, kept, problems) => {
  const run = command();
  expect(withoutMissingValues(run, given.split(' ')).join(' ')).toBe(kept);
  expect(missingValues(run)).toEqual(problems);
});
