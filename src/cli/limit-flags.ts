import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { Limits } from '../report/gates.js';
import type { Report } from '../report/report.js';
import { whyUnreadable } from '../report/unreadable.js';
import { milliseconds, type RawFlags } from './flags.js';

/** The flags that hold a run against more than its verdict. */
export function addLimitFlags(command: Command): Command {
  return addTimeLimitFlags(command)
    .option(
      '--baseline <report>',
      'a report.json, or its folder: fail on a new violation or a target that is gone',
    )
    .option(
      '--max-slowdown <ratio>',
      'fail where an operation surely takes more than so many times the baseline, e.g. 1.5',
    );
}

export function addTimeLimitFlags(command: Command): Command {
  return command
    .option('--max-p50 <duration>', 'fail where half of the operations took longer, e.g. 20ms')
    .option('--max-p95 <duration>', 'fail where the slowest 5 % of the operations took longer')
    .option('--max-p99 <duration>', 'fail where the slowest 1 % of the operations took longer, e.g. 250ms');
}

/** Reads them; adds one sentence to `problems` for each thing that does not make sense. */
export async function readLimitFlags(flags: RawFlags, problems: string[]): Promise<Limits> {
  const text = (name: string) => flags[name] as string | undefined;
  const limitMs = (percentile: 'p50' | 'p95' | 'p99') =>
    milliseconds(`--max-${percentile}`, text(`max${percentile.toUpperCase()}`), problems);
  return {
    maxMs: { p50: limitMs('p50'), p95: limitMs('p95'), p99: limitMs('p99') },
    maxSlowdown: ratio('--max-slowdown', text('maxSlowdown'), problems),
    baseline: await readBaseline(text('baseline'), problems),
  };
}

/** `1.5` and `1.5x` are the same. */
function ratio(flag: string, text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const [, number] = /^\s*(\d+(?:\.\d+)?)\s*x?\s*$/.exec(text) ?? [];
  if (number !== undefined) return Number(number);
  problems.push(`expected a ratio such as 1.5 for ${flag}, got "${text}"`);
  return undefined;
}

async function readBaseline(given: string | undefined, problems: string[]): Promise<Report | undefined> {
  if (given === undefined) return undefined;
  const refuse = (reason: string) => {
    problems.push(`expected a report.json of race-check for --baseline, got "${given}": ${reason}`);
    return undefined;
  };
  let json: unknown;
  try {
    const isFolder = (await stat(given)).isDirectory();
    json = JSON.parse(await readFile(isFolder ? path.join(given, 'report.json') : given, 'utf8'));
  } catch (error) {
    return refuse(whyUnreadable(error));
  }
  const { reportSchema } = await import('../report/report.js');
  const parsed = reportSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(`${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'not a report'}`);
}
