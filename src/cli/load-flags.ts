import type { Command } from 'commander';
import { LOAD_DEFAULTS, type SessionOptions } from '../session/options.js';
import { duration, wholeNumber, type RawFlags } from './flags.js';

/** The flags of a load engine that goes on for some time. */
export function addLoadFlags(command: Command): Command {
  return command
    .option(
      '--connections <number>',
      `autocannon: over how many connections it sends (default: ${LOAD_DEFAULTS.connections})`,
    )
    .option('--amount <number>', 'autocannon: how many requests it sends, in place of a duration')
    .option(
      '--duration <duration>',
      `autocannon: how long it sends (default: ${LOAD_DEFAULTS.durationMs / 1_000}s)`,
    )
    .option('--k6-script <file>', 'k6: an exported script with thresholds of your own, sent in place of ours')
    .option('--rate <number>', 'autocannon: requests a second at most (default: as many as are answered)');
}

export function readLoadFlags(
  flags: RawFlags,
  problems: string[],
): Pick<SessionOptions, 'load' | 'k6Script'> {
  const number = (name: string) => wholeNumber(`--${name}`, flags[name] as string | undefined, problems);
  const load = {
    connections: number('connections'),
    amount: number('amount'),
    durationMs: duration('--duration', flags['duration'] as string | undefined, problems),
    rate: number('rate'),
  };
  return {
    k6Script: flags['k6Script'] as string | undefined,
    ...(Object.values(load).every((value) => value === undefined) ? {} : { load }),
  };
}
