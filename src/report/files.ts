import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { redact, redactDeep } from './redact.js';
import type { Report } from './report.js';
import { unwritable } from './writable.js';

export { checkWritable } from './writable.js';

export const DEFAULT_OUT = 'reports';
const LOGS = 'server-logs';

/** What is kept of one run. */
export interface RunToWrite {
  /** Where all reports go; made if it is not there. */
  readonly out: string;
  readonly report: Report;
  /** By target: the whole text of the history of its first violated trial. */
  readonly histories: ReadonlyMap<string, string>;
  /** A folder with servers' logs, copied to `server-logs`. */
  readonly serverLogs?: string | undefined;
}

export interface WrittenRun<R = Report> {
  /** `<out>/<scenario>/<run>`. */
  readonly folder: string;
  /** `<out>/latest` where it is a link to the folder: not after an interrupted run, and not where links are not allowed. */
  readonly latest: string | undefined;
  /** The folder with servers' logs, where there are any. */
  readonly logs: string | undefined;
  /** The report as it was written: without passwords, of a run each target with the name of its history file. */
  readonly report: R;
}

/** A report that could not be written; the message is for people. */
export class ReportNotWritten extends Error {
  override readonly name = 'ReportNotWritten';
}

/**
 * Writes a run's folder whole or not at all, then points `latest` to it. An interrupted run gets a folder and leaves
 * `latest` alone. Two runs at once do not meet: the run's id is in the name. Throws ReportNotWritten.
 */
export async function writeRun(run: RunToWrite): Promise<WrittenRun> {
  const { out, histories, serverLogs } = run;
  const names = historyNames([...histories.keys()]);
  const report = withHistoryNames(run.report, names);
  const files = new Map([...names].map(([id, file]) => [file, histories.get(id) ?? '']));
  return writeFolder({ out, report, files, serverLogs });
}

/** What every report tells of its run. */
interface RunFacts {
  readonly runId: string;
  readonly startedAt: string;
  readonly interrupted: boolean;
  readonly scenario: { readonly name: string };
}

/**
 * The folder of one run: `report.json`, without passwords, and what belongs to it by file name. Whole or not at all, as
 * `writeRun` says. Throws ReportNotWritten.
 */
export async function writeFolder<R extends RunFacts>({
  out,
  report: unsafe,
  files = new Map(),
  serverLogs,
}: {
  readonly out: string;
  readonly report: R;
  readonly files?: ReadonlyMap<string, string>;
  readonly serverLogs?: string | undefined;
}): Promise<WrittenRun<R>> {
  const report = redactDeep(unsafe);
  const parent = join(out, fileName(report.scenario.name));
  const name = runName(report);
  const partial = join(parent, `.${name}.${process.pid}.partial`);
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(partial);
    await writeFile(join(partial, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
    for (const [file, text] of files) await writeFile(join(partial, file), text);
    if (serverLogs !== undefined) await copyLogs(serverLogs, join(partial, LOGS));
    const folder = await place(partial, join(parent, name));
    const latest = report.interrupted ? undefined : await pointLatest(out, folder, report.runId);
    return { folder, latest, logs: serverLogs === undefined ? undefined : join(folder, LOGS), report };
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw new ReportNotWritten(unwritable(parent, error), { cause: error });
  }
}

/** What a command of the user's printed may hold any secret. */
async function copyLogs(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), 'utf8');
    await writeFile(join(to, name), redact(text), { mode: 0o600 });
  }
}

/** `history.jsonl` for a single one, else `<store>-<strategy>.history.jsonl`. */
export function historyNames(ids: readonly string[]): ReadonlyMap<string, string> {
  if (ids.length === 1) return new Map(ids.map((id) => [id, 'history.jsonl']));
  const taken = new Set<string>();
  return new Map(
    ids.map((id) => {
      let name = fileName(id);
      for (let copy = 2; taken.has(name.toLowerCase()); copy += 1) name = `${fileName(id)}-${copy}`;
      taken.add(name.toLowerCase());
      return [id, `${name}.history.jsonl`];
    }),
  );
}

function withHistoryNames(report: Report, names: ReadonlyMap<string, string>): Report {
  return {
    ...report,
    targets: report.targets.map((target) => {
      const history = names.get(target.id);
      return target.outcome === 'judged' && history !== undefined ? { ...target, history } : target;
    }),
  };
}

/** Starts with the time, so that a listing is in order: `20260214-093012-7f3a91`. */
function runName({ startedAt, runId }: RunFacts): string {
  const [day = '', time = ''] = startedAt.split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${fileName(runId)}`;
}

function fileName(text: string): string {
  return text.replace(/[^a-zA-Z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '') || 'unnamed';
}

/** Renames to `wanted`, or to `wanted-2`, ... where a run with the same id and second has it already. */
async function place(partial: string, wanted: string): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const folder = copy === 1 ? wanted : `${wanted}-${copy}`;
    try {
      await rename(partial, folder);
      return folder;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (copy > 100 || (code !== 'ENOTEMPTY' && code !== 'EEXIST')) throw error;
    }
  }
}

/** A symbolic link, replaced in one step; a text file with the path where links are not allowed. */
async function pointLatest(out: string, folder: string, runId: string): Promise<string | undefined> {
  const latest = join(out, 'latest');
  const next = join(out, `.latest-${fileName(runId)}-${process.pid}`);
  const target = relative(dirname(latest), folder);
  try {
    const there = await lstat(latest).catch(() => undefined);
    if (there?.isDirectory()) return undefined;
    await rm(next, { force: true });
    const linked = await symlink(target, next, 'dir').then(
      () => true,
      () => false,
    );
    if (!linked) await writeFile(next, `${target}\n`);
    await rename(next, latest);
    return linked ? latest : undefined;
  } catch {
    await rm(next, { force: true }).catch(() => undefined);
    return undefined;
  }
}
