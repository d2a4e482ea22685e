import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { ReportNotWritten } from '../report/files.js';
import { renderGithub } from '../report/github.js';
import type { TestRun } from '../report/test-suites.js';
import { whyFileUnwritable } from '../report/writable.js';
import { writeWhole } from '../report/whole-file.js';
import { didYouMean } from '../session/nearest.js';
import { print, terminalWidth, wantsColour } from './output.js';

const KINDS = ['table', 'json', 'junit', 'github', 'markdown'] as const;
type Kind = (typeof KINDS)[number];

/** One way in which a result is told; without a file, on stdout. */
export interface Reporter {
  readonly kind: Kind;
  readonly file?: string;
}

/** A result in every form that it may be asked for in. */
export interface Renderings {
  table(look: { readonly width: number; readonly colour: boolean }): string;
  json(): unknown;
  markdown(): string;
  tests(): TestRun;
}

const FILE_WIDTH = 100;
/** A comma parts two reporters; one inside a file's name does not. */
const NEXT_KIND = new RegExp(`,(?=(?:${KINDS.join('|')})(?:=|,|$))`);

export function addReporterFlag(command: Command): Command {
  return command.addOption(
    new Option(
      '--reporter <kind[=file]>',
      `how the result is told, several times: ${KINDS.join(', ')}; github writes annotations to stdout and the job's summary`,
    )
      .argParser((value: string, previous: string[]) => [...previous, ...value.split(NEXT_KIND)])
      .default([], 'table'),
  );
}

/** Reads the flag, and `--json`, which stands for the JSON on stdout. What is left of stdout is the table's. */
export async function readReporters(
  asked: readonly string[],
  json: boolean,
  problems: string[],
): Promise<readonly Reporter[]> {
  const named = asked.map((one) => reporterOf(one, problems)).filter((one) => one !== undefined);
  const all: Reporter[] = json ? [...named, { kind: 'json' }] : named;
  const onStdout = all.filter(({ kind, file }) => file === undefined && kind !== 'github');
  const [first, second] = onStdout.map(({ kind }) => kind);
  if (second !== undefined) {
    problems.push(
      `expected one reporter on stdout, got ${first} and ${second}: give one of them a file, such as --reporter ${second}=FILE`,
    );
  } else if ((first === 'json' || first === 'junit') && all.some(({ kind }) => kind === 'github')) {
    problems.push(
      `expected stdout for the annotations of github, got ${first} there as well: give it a file, such as --reporter ${first}=FILE`,
    );
  }
  const files = all.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const places = files.map((file) => path.resolve(file));
  for (const [place, file] of files.entries()) {
    if (places.indexOf(places[place]!) !== place) {
      problems.push(`expected a file of its own for each reporter, got "${file}" twice`);
      continue;
    }
    const reason = await whyFileUnwritable(file);
    if (reason !== undefined) {
      problems.push(`expected a file that can be written for --reporter, got "${file}": ${reason}`);
    }
  }
  return onStdout.length === 0 ? [{ kind: 'table' }, ...all] : all;
}

function reporterOf(word: string, problems: string[]): Reporter | undefined {
  const [, name = '', file] = /^([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
  const kind = KINDS.find((one) => one === name);
  if (kind === undefined) {
    problems.push(
      `unknown reporter "${name}"${didYouMean(name, KINDS)} (known: ${KINDS.join(', ')}; each may be followed by =FILE)`,
    );
  } else if (file === '') {
    problems.push(`expected a file behind --reporter ${kind}=, got nothing`);
  } else if (kind === 'github' && file !== undefined) {
    problems.push(
      `expected --reporter github without a file, got "${file}": it writes to stdout and to the job's summary; markdown=FILE has the same text`,
    );
  } else {
    return file === undefined ? { kind } : { kind, file };
  }
  return undefined;
}

/** Tells the result in every way: stdout first, so that what cannot be written after all has been shown at least. */
export async function tell(
  reporters: readonly Reporter[],
  renderings: Renderings,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const problems: Error[] = [];
  const write = (writing: Promise<void>) =>
    writing.catch((error: unknown) => void problems.push(error as Error));
  for (const { kind } of reporters.filter(({ file }) => file === undefined)) {
    if (kind === 'github') {
      await print(
        process.stdout,
        renderGithub(renderings.tests(), (file) => placeIn(env, file)),
      );
      await write(appendSummary(env['GITHUB_STEP_SUMMARY'], renderings.markdown()));
    } else {
      const look = { width: terminalWidth(process.stdout, env), colour: wantsColour(process.stdout, env) };
      await print(process.stdout, await rendered(kind, renderings, look));
    }
  }
  for (const { kind, file } of reporters) {
    if (file === undefined || kind === 'github') continue;
    await write(writeWhole(file, await rendered(kind, renderings, { width: FILE_WIDTH, colour: false })));
  }
  const [first] = problems;
  if (first !== undefined) throw first;
}

async function rendered(
  kind: Exclude<Kind, 'github'>,
  renderings: Renderings,
  look: Parameters<Renderings['table']>[0],
): Promise<string> {
  switch (kind) {
    case 'table':
      return renderings.table(look);
    case 'json':
      return `${JSON.stringify(renderings.json(), undefined, 2)}\n`;
    case 'junit':
      return (await import('../report/junit.js')).renderJunit(renderings.tests());
    case 'markdown':
      return renderings.markdown();
  }
}

/** Appended: the steps of one job, and several commands of one step, share that file. Without one there is no summary. */
async function appendSummary(file: string | undefined, text: string): Promise<void> {
  if (!file) return;
  try {
    await appendFile(file, `${text}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReportNotWritten(`the job's summary could not be written: ${reason}`, { cause: error });
  }
}

/** GitHub wants a path within the repository. */
function placeIn(env: NodeJS.ProcessEnv, file: string): string {
  const workspace = env['GITHUB_WORKSPACE'];
  const place = workspace ? path.relative(workspace, path.resolve(file)) : path.normalize(file);
  return place.replaceAll(path.sep, '/');
}
