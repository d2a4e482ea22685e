import type { Command } from 'commander';
import { demandNone } from '../core/usage-error.js';
import { redact, redactDeep } from '../report/redact.js';
import { diagnose, type Diagnosis, type StoreDiagnosis } from '../session/diagnose.js';
import { EXIT } from '../session/exit-code.js';
import { install } from '../session/install.js';
import { unknownWords } from './flags.js';
import { print } from './output.js';
import { readServerFlags } from './store-flags.js';

/** `race-check doctor`: what is here, what is not, and how to get it. 0 when the first scenario can run, else 3. */
export async function doctorCommand(command: Command): Promise<number> {
  const problems: string[] = [];
  unknownWords(command, 0, problems);
  demandNone(problems);
  const flags = command.opts<{ clean?: boolean; install?: string; json?: boolean }>();
  if (flags.install !== undefined) return installCommand(flags.install);
  const diagnosis = await diagnose({
    ...readServerFlags(flags, process.env),
    clean: flags.clean === true,
  });
  const json = () => `${JSON.stringify(redactDeep(diagnosis), undefined, 2)}\n`;
  await print(process.stdout, flags.json ? json() : redact(asText(diagnosis)));
  return diagnosis.defaultScenario.canRun ? EXIT.holds : EXIT.couldNotRun;
}

async function installCommand(store: string): Promise<number> {
  const installed = await install(store);
  if (installed.ok) {
    await print(process.stdout, `✔ ${store}: ${installed.file}\n`);
    return EXIT.holds;
  }
  await print(process.stderr, redact(`race-check: ${installed.reason}\n${installed.remedy}.\n`));
  return EXIT.couldNotRun;
}

const NAME_WIDTH = 12;

function asText({ stores, engines, defaultScenario }: Diagnosis): string {
  return [
    'Stores',
    ...stores.flatMap(storeLines),
    '',
    'Load engines',
    ...engines.flatMap((engine) =>
      engine.found
        ? entry('✔', engine.name, [engine.version, engine.where])
        : entry('?', engine.name, ['not found', engine.remedy]),
    ),
    '',
    ...leftoverLines(stores),
    defaultScenario.canRun
      ? `race-check ${defaultScenario.name} can run.`
      : `race-check ${defaultScenario.name} cannot run: see above what it needs.`,
    '',
  ].join('\n');
}

function storeLines(diagnosis: StoreDiagnosis): readonly string[] {
  if (!diagnosis.found) return entry('?', diagnosis.store, [diagnosis.reason, diagnosis.remedy]);
  const { store, description, program, remarks } = diagnosis;
  return entry('✔', store, [description, ...(program === undefined ? [] : [program]), ...remarks]);
}

function entry(glyph: string, name: string, [first = '', ...rest]: readonly string[]): readonly string[] {
  const below = rest.map((line) => `${' '.repeat(NAME_WIDTH + 4)}${line}`);
  return [`  ${glyph} ${name.padEnd(NAME_WIDTH)}${first}`, ...below];
}

const WORDS = {
  dead: 'its run is dead: removed by the next run, or by race-check doctor --clean',
  alive: 'its run is alive',
  unknown: 'of another machine, or still alive: not ours to remove',
} as const;

function leftoverLines(stores: readonly StoreDiagnosis[]): readonly string[] {
  const found = stores.filter((one) => one.found);
  const left = found.flatMap(({ store, leftovers }) =>
    leftovers.map(({ namespace, run }) => `  ${store}  ${namespace}  ${WORDS[run]}`),
  );
  const removed = found.flatMap(({ store, removed: gone }) =>
    gone.map((namespace) => `  ${store}  ${namespace}  removed`),
  );
  return left.length + removed.length === 0 ? [] : ['Left by other runs', ...left, ...removed, ''];
}
