import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from '../core/usage-error.js';
import { parseSpec } from '../explore/spec/parse-spec.js';
import { whyUnreadable } from '../report/unreadable.js';
import { exploreSpec } from '../session/explore-spec.js';
import { storeUrlProblems } from '../session/store-problems.js';
import { print } from './output.js';
import { unknownWords, wordsOf } from './flags.js';
import { onInterrupt } from './signals.js';
import { readServerFlags } from './store-flags.js';

/** Of explore's flags, those that say something about a spec. */
const MEANT: ReadonlySet<string> = new Set(['spec', 'postgresUrl', 'allowRemote', 'quiet']);

/** `race-check explore --spec <file>`: an isolation spec, with isolationtester's output on stdout and nothing else there. */
export async function exploreSpecCommand(file: string, command: Command): Promise<number> {
  const problems: string[] = [];
  unknownWords(command, 1, problems);
  const [scenario] = wordsOf(command).words;
  if (scenario !== undefined) problems.push(`expected either a scenario or --spec, got both: ${scenario}`);
  const flags: Record<string, unknown> = command.opts();
  for (const { attributeName, long } of namedOptions(command)) {
    if (!MEANT.has(attributeName) && command.getOptionValueSource(attributeName) === 'cli') {
      problems.push(`expected no ${long} with --spec: a spec says itself what is run`);
    }
  }
  const servers = readServerFlags(flags, process.env);
  problems.push(...storeUrlProblems(servers, ['postgres']));
  const spec = await readSpec(file, problems);
  const [first, ...rest] = problems;
  if (first !== undefined || spec === undefined) throw new UsageError([first ?? '', ...rest]);
  const interruption = onInterrupt();
  let printed: Promise<void> = Promise.resolve();
  try {
    const {
      ran,
      impossible,
      problems: told,
      leftovers,
      exitCode,
    } = await exploreSpec(spec, {
      ...servers,
      signal: interruption.signal,
      print: (text) => {
        printed = print(process.stdout, text);
      },
    });
    await printed;
    const skipped = impossible > 0 && spec.permutations.length === 0;
    const notes = [
      ...told,
      ...(skipped ? [`${ran} orders ran; ${impossible} cannot happen and were left out`] : []),
      ...leftovers,
    ];
    if (flags['quiet'] !== true) for (const note of notes) process.stderr.write(`${note}\n`);
    return interruption.exitCode() ?? exitCode;
  } finally {
    interruption.release();
  }
}

function namedOptions(command: Command) {
  return command.options.map((option) => ({
    attributeName: option.attributeName(),
    long: option.long ?? option.flags,
  }));
}

async function readSpec(file: string, problems: string[]) {
  try {
    return parseSpec(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof UsageError) problems.push(...error.problems.map((problem) => `${file}, ${problem}`));
    else problems.push(`expected --spec to name an isolation spec, got ${file}: ${whyUnreadable(error)}`);
    return undefined;
  }
}
