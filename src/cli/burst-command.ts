import type { Command } from 'commander';
import { openBurst, type OpenBurst } from '../burst/open-burst.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import { checkWritable } from '../report/files.js';
import { keepSecret } from '../report/redact.js';
import type { AnyScenario, AnyTarget } from '../session/choice.js';
import type { SessionOptions } from '../session/options.js';
import { numberProblems } from '../session/number-problems.js';
import { planSession } from '../session/plan-session.js';
import { announcement } from './burst-announcement.js';
import { secretsOf } from './burst-secrets.js';
import { readBurstFlags } from './burst-flags.js';
import { readShowFlags, readTrialFlags, unknownWords, wholeNumber } from './flags.js';
import { readLimitFlags } from './limit-flags.js';
import { readReporters } from './reporters.js';
import { runAndShow, type ShowFlags } from './run-command.js';

/** `race-check burst METHOD url`: requests that arrive together, and what must be true of their answers. */
export async function burstCommand(command: Command): Promise<number> {
  const { burst, session, flags, announced } = await readEverything(command);
  const release = keepSecret(secretsOf(burst.definition));
  try {
    return await runAndShow(session, flags, 'burst', announced);
  } finally {
    await burst.close();
    release();
  }
}

interface ReadBurst {
  readonly burst: OpenBurst;
  readonly session: SessionOptions;
  readonly flags: ShowFlags;
  readonly announced: readonly string[];
}

/** Words, files, numbers and the output folder: every mistake at once, before anything is sent. */
async function readEverything(command: Command): Promise<ReadBurst> {
  const problems: string[] = [];
  unknownWords(command, 2, problems);
  const raw = command.opts();
  const words = command.args.filter((word) => !word.startsWith('-'));
  const { words: asked, expect } = readBurstFlags(words, raw, process.cwd(), problems);
  const trials = readTrialFlags(raw, problems);
  const repeat = wholeNumber('--repeat', raw['repeat'] as string | undefined, problems);
  if (repeat !== undefined && trials.trials !== undefined) {
    problems.push('expected either --repeat or --trials, got both: they are the same');
  }
  const read = readShowFlags(raw);
  const flags = { ...read, reporters: await readReporters(read.reporters, read.json, problems) };
  if (flags.writeReport) {
    const problem = await checkWritable(flags.out);
    if (problem !== undefined) problems.push(problem);
  }
  const burst = await openBurst(asked, expect, problems);
  const options: Omit<SessionOptions, 'scenario'> = {
    ...trials,
    trials: trials.trials ?? repeat,
    command: 'gate',
    parameters: { clients: asked.clients },
    allowRemote: asked.allowRemote,
    limits: await readLimitFlags(raw, problems),
  };
  if (burst === undefined) {
    problems.push(...numberProblems(options));
    demandNone(problems);
    throw new Error('unreachable: a burst that was not understood is a problem');
  }
  const session = { ...options, ...choiceOf(burst) };
  try {
    const plan = await planSession(session);
    demandNone(problems);
    return { burst, session, flags, announced: announcement(burst.definition, plan) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError([...new Set([...problems, ...error.problems])] as [string, ...string[]]);
  }
}

/** A session treats every contract alike: what a scenario and a target say to each other stays between them. */
function choiceOf({ scenario, target, definition }: OpenBurst): Pick<SessionOptions, 'scenario' | 'targets'> {
  return {
    scenario: scenario as unknown as AnyScenario,
    targets: [{ target: target as unknown as AnyTarget, source: { kind: 'http', definition } }],
  };
}
