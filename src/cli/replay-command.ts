import type { Command } from 'commander';
import { demandNone } from '../core/usage-error.js';
import { createProgress } from '../report/progress.js';
import { printable } from '../report/text-width.js';
import { redact } from '../report/redact.js';
import { replayReport } from '../session/replay.js';
import { TICK_MS } from './attended-run.js';
import { configFlag, named, neededWords, unknownWords, wholeNumber, type RawFlags } from './flags.js';
import { print } from './output.js';
import { onInterrupt } from './signals.js';
import { readServerFlags } from './store-flags.js';

/** `race-check replay <report.json>`: the counterexamples of a report, carried out again. */
export async function replayCommand(command: Command): Promise<number> {
  const flags: RawFlags = command.opts();
  const problems: string[] = [];
  unknownWords(command, 1, problems);
  const [file = ''] = neededWords(command, ['the report.json of an exploration'], problems);
  const times = wholeNumber('--times', flags['times'] as string | undefined, problems);
  if (times !== undefined && (times < 1 || times > 10_000)) {
    problems.push(`expected a whole number from 1 to 10,000 for --times, got ${times}`);
  }
  const targets = named('--target', 'ids', flags['target'], problems);
  const config = configFlag(flags['config'] as string | undefined, problems);
  demandNone(problems);
  const progress = createProgress({
    stream: process.stderr,
    isTty: process.stderr.isTTY,
    now: () => performance.now(),
    quiet: flags['quiet'] === true,
    unit: 'schedule',
  });
  const interruption = onInterrupt();
  const ticking = setInterval(() => progress.tick(), TICK_MS).unref();
  try {
    const { leftovers, ...result } = await replayReport(file, {
      ...readServerFlags(flags, process.env),
      ...config,
      ...{ targets, isolation: 'process', signal: interruption.signal, progress },
      ...(times === undefined ? {} : { times }),
    });
    for (const leftover of leftovers) progress.note(leftover);
    progress.finish();
    const exitCode = interruption.exitCode() ?? result.exitCode;
    const text = flags['json']
      ? JSON.stringify({ ...result, exitCode }, undefined, 2)
      : result.targets
          .map(({ id, message, replayed }) => {
            const isAll = replayed !== undefined && replayed.reproduced === replayed.times;
            return printable(redact(`${isAll ? '✘' : '?'} ${result.scenario} ${id}: ${message}`));
          })
          .join('\n');
    await print(process.stdout, `${text}\n`);
    return exitCode;
  } finally {
    clearInterval(ticking);
    progress.finish();
    interruption.release();
  }
}
