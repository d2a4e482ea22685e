import type { Command } from 'commander';
import { demandNone } from '../core/usage-error.js';
import type { AnyScenario } from '../session/choice.js';
import { exportScript, withTarget } from '../session/k6-runners.js';
import { operatorManifests } from '../session/k6-operator.js';
import { DEFAULT_PARALLELISM } from '../session/options.js';
import { planSession } from '../session/plan-session.js';
import { neededWords, readRunFlags, unknownWords, wholeNumber } from './flags.js';
import { readLimitFlags } from './limit-flags.js';
import { print } from './output.js';

/** `race-check export k6 <scenario>`: one trial as a script, or as resources for k6-operator, on stdout. */
export async function exportCommand(command: Command, scenario: AnyScenario | undefined): Promise<number> {
  const problems: string[] = [];
  const needed: string[] = [];
  const [engine, name] = neededWords(command, ['an engine (k6)', 'a scenario'], needed);
  // What is not one of ours may be a number of the scenario that is named, if one is.
  unknownWords(command, 2, problems, scenario !== undefined || name === undefined);
  problems.push(...needed);
  const { session } = readRunFlags(command.opts(), scenario, process.env, problems);
  if (engine !== undefined && engine !== 'k6') problems.push(`expected k6 for the engine, got "${engine}"`);
  if (session.targets?.length !== 1) problems.push('expected one API to send to, named with --target');
  const { reset = false, operator = false } = command.opts<{ reset?: boolean; operator?: boolean }>();
  const parallelism = wholeNumber(
    '--parallelism',
    command.opts<{ parallelism?: string }>().parallelism,
    problems,
  );
  if (parallelism !== undefined && !operator) problems.push('--parallelism is for --operator');
  const { maxMs } = await readLimitFlags(command.opts(), problems);
  demandNone(problems);
  // Where it only prints, nothing is sent to anybody.
  const allowRemote = session.allowRemote === true || !reset;
  const plan = await planSession({ ...session, allowRemote, scenario: name!, command: 'gate' });
  const text = operator
    ? operatorManifests(plan, parallelism ?? DEFAULT_PARALLELISM, maxMs)
    : exportScript(plan, maxMs);
  if (reset) {
    const { scenario: planned, parameters, named } = plan;
    await withTarget(named[0]!.target, parameters, allowRemote, 'the API could not be reset', (open) =>
      open.reset(planned.initial(parameters)),
    );
  }
  await print(process.stdout, text);
  return 0;
}
