import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { demandNone, UsageError } from '../core/usage-error.js';
import { didYouMean } from '../session/nearest.js';
import { apiProblems } from '../session/api-address.js';
import { named, unknownWords, type RawFlags } from './flags.js';
import { configText, runCommand, type InitAnswers } from './init/config-text.js';
import { TEMPLATES } from './init/operations.js';
import { INIT_DEFAULTS as DEFAULTS } from './init-flags.js';
import { askFor } from './init/questions.js';
import { print } from './output.js';

const STORES = ['postgres', 'mongodb', 'redis'];

/** `race-check init`: asks little and writes a commented race-check.config.ts. Never over a file, unless it is told to. */
export async function initCommand(command: Command): Promise<number> {
  const flags: RawFlags = command.opts();
  const problems: string[] = [];
  unknownWords(command, 0, problems);
  const text = (flag: string) => flags[flag] as string | undefined;
  const file = path.resolve(text('file') ?? DEFAULTS.file);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere && flags['force'] !== true) {
    problems.push(`${path.basename(file)} is there already: --force writes over it, --file names another`);
  }
  const stores = named('--store', 'names', flags['store'], problems);
  problems.push(
    ...stores
      .filter((store) => !STORES.includes(store))
      .map(
        (store) =>
          `expected some of ${STORES.join(', ')} for --store, got "${store}"${didYouMean(store, STORES)}`,
      ),
  );
  const known = { contract: text('contract'), baseUrl: text('baseUrl'), command: text('command') };
  const mayAsk = flags['yes'] !== true && process.stdin.isTTY && process.stderr.isTTY;
  const name = text('name') ?? DEFAULTS.name;
  problems.push(...problemsOf({ ...known, name }));
  if (!mayAsk) problems.push(...needlessStores(stores, known.command));
  demandNone(problems);

  const shown = path.relative(process.cwd(), file);
  const configFlag = shown === DEFAULTS.file ? '' : ` --config ${shown}`;
  const replies = mayAsk
    ? await askFor({ ...known, stores }, { input: process.stdin, output: process.stderr })
    : known;
  const answers = answersOf({ ...replies, name, stores, configFlag });
  await writeFile(file, configText(answers), { flag: isThere ? 'w' : 'wx' }).catch((error: unknown) => {
    throw new UsageError([
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  });
  await print(process.stdout, told(shown, answers));
  return 0;
}

interface Given {
  readonly contract: string | undefined;
  readonly baseUrl: string | undefined;
  readonly command: string | undefined;
  readonly name: string;
  readonly stores: readonly string[];
  readonly configFlag: string;
}

function answersOf(given: Given): InitAnswers {
  const { command, stores } = given;
  demandNone([...problemsOf(given), ...needlessStores(stores, command)]);
  return { ...given, template: templateOf(given)!, baseUrl: baseUrlOf(given) };
}

function problemsOf(given: Pick<Given, 'contract' | 'baseUrl' | 'command' | 'name'>): readonly string[] {
  const contracts = TEMPLATES.map((one) => one.contract);
  const { contract = '', name } = given;
  const unknown = `expected one of ${contracts.join(', ')} for --contract, got "${contract}"${didYouMean(contract, contracts)}`;
  return [
    ...(templateOf(given) === undefined ? [unknown] : []),
    ...apiProblems({ name, baseUrl: baseUrlOf(given) }),
  ];
}

function needlessStores(stores: readonly string[], command: string | undefined): readonly string[] {
  return stores.length > 0 && command === undefined
    ? ['expected a command to give the stores to (--command), got only --store']
    : [];
}

function templateOf({ contract = TEMPLATES[0]!.contract }: Pick<Given, 'contract'>) {
  return TEMPLATES.find((one) => one.contract === contract);
}

function baseUrlOf({ baseUrl, command }: Pick<Given, 'baseUrl' | 'command'>): string | undefined {
  return baseUrl ?? (command === undefined ? DEFAULTS.baseUrl : undefined);
}

function told(file: string, answers: InitAnswers): string {
  return [
    `${file} is written. Correct its routes to those of your API${answers.command === undefined ? ', and start it' : ''}. Then:`,
    '',
    `  ${runCommand(answers)}`,
    '',
    'How it is judged, and what else the file may hold: docs/http-targets.md of race-check',
    '',
  ].join('\n');
}
