import { readFile } from 'node:fs/promises';
import type { Json } from '../core/json.js';
import { demandNone, UsageError } from '../core/usage-error.js';
import { EXIT } from '../session/exit-code.js';
import { findScenario } from '../session/find-scenario.js';
import { findTarget } from '../session/find-targets.js';
import { loadConfig } from '../session/config.js';
import { judgeHistory } from '../session/judge-history.js';
import { exportedOf, mergeRunners, withTarget } from '../session/k6-runners.js';
import { historyText } from './check-command.js';
import { configFlag } from './flags.js';
import { print } from './output.js';

interface JudgeFlags {
  readonly target?: string;
  readonly config?: string;
  readonly state?: string;
  readonly allowRemote?: boolean;
  readonly json?: boolean;
}

/** `race-check judge <outputs...>`: one verdict on what several runners of k6 sent, and on the state afterwards. */
export async function judgeCommand(files: readonly string[], flags: JudgeFlags): Promise<number> {
  const outputs = await Promise.all(files.map(async (name) => ({ name, text: await textOf(name) })));
  const { exported, answers } = exportedOf(outputs);
  const problems: string[] = [];
  const { config: place } = configFlag(flags.config, problems);
  demandNone(problems);
  const cwd = process.cwd();
  const config = place === undefined ? undefined : await loadConfig(place);
  const scenario = await findScenario(exported.scenario, cwd, config);
  const given = flags.target ?? exported.target;
  const chosen = await findTarget(given, scenario, { cwd, config }, problems);
  demandNone(problems);
  const { target } = chosen!;
  const final =
    flags.state === undefined
      ? await withTarget(target, exported.parameters, flags.allowRemote ?? false, (open) => open.read())
      : (JSON.parse(await textOf(flags.state)) as Json);
  const { history, miscounted } = mergeRunners(answers, final, { scenario, target, run: exported });
  const what = files.join(', ');
  if (miscounted.length > 0) {
    const reasons = miscounted.join('; ');
    await print(
      process.stdout,
      flags.json
        ? `${JSON.stringify({ verdict: 'inconclusive', reasons: miscounted }, undefined, 2)}\n`
        : `${exported.scenario}   ${exported.target}   ${what}\n\n? inconclusive: ${reasons}\n`,
    );
    return EXIT.inconclusive;
  }
  const judgement = await judgeHistory(history, () => Promise.resolve(scenario));
  if (judgement.kind === 'malformed') {
    const [first = 'it cannot be read', ...rest] = judgement.problems;
    throw new UsageError([`${what}: what was answered cannot be judged: ${first}`, ...rest]);
  }
  await print(
    process.stdout,
    flags.json ? `${JSON.stringify(judgement, undefined, 2)}\n` : historyText(what, judgement),
  );
  return EXIT[judgement.verdict];
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError([
      `${file} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  });
}
