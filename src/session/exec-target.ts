import { askHello } from '../engine/exec-host.js';
import type { ExecHello } from '../engine/exec-protocol.js';
import { HostGone } from '../engine/host-link.js';
import { HostFailure } from '../engine/host-failure.js';
import { openReaper } from '../process/reaper.js';
import type { AnyScenario, AnyTarget, ChosenTarget } from './choice.js';
import { storeProblems } from './store-problems.js';

/** A program that could not say what it is. The message is for people. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
}

/**
 * The target that a program says it is; it is started for that, and ended. Adds to `problems` what does not go with the
 * scenario. Throws ProgramFailed.
 */
export async function findExec(
  command: string,
  scenario: AnyScenario,
  cwd: string,
  problems: string[],
): Promise<ChosenTarget | undefined> {
  const hello = await helloOf(command, cwd);
  const { contract, id, stores, summary = `The program ${command}.`, expectations = {} } = hello;
  const refuse = (problem: string) => problems.push(`--exec "${command}": ${problem}`);
  if (contract !== scenario.contract.name) {
    refuse(
      `it implements the contract "${contract}", but ${scenario.name} needs "${scenario.contract.name}"`,
    );
    return undefined;
  }
  if (scenario.faults !== undefined) {
    refuse(
      `${scenario.name} stalls or kills clients inside their operations, which nobody can do in a program`,
    );
  }
  for (const problem of storeProblems(stores ?? [id.split('/')[0]!])) refuse(problem);
  return {
    target: programTarget(command, { contract, id, summary, expectations, ...(stores && { stores }) }),
    source: { kind: 'exec', command, cwd },
    exec: command,
  };
}

/** A program as a target, with what it says of itself. */
export function programTarget(
  command: string,
  told: Partial<Pick<AnyTarget, 'contract' | 'id' | 'stores' | 'summary' | 'expectations'>> = {},
): AnyTarget {
  return {
    ...{ contract: 'its own', id: 'exec/program', summary: '', expectations: {}, ...told },
    ...{ prevents: '', costs: '', source: command },
    open: () => {
      throw new Error('A program is opened by its own host.');
    },
  };
}

async function helloOf(command: string, cwd: string): Promise<ExecHello> {
  const reaper = openReaper();
  try {
    return await askHello({ command, cwd }, reaper);
  } catch (error) {
    if (!(error instanceof HostFailure) && !(error instanceof HostGone)) throw error;
    throw new ProgramFailed(`--exec "${command}": ${error.message}`, { cause: error });
  } finally {
    reaper.close();
  }
}
