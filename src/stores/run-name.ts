import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import os from 'node:os';
import { processStart } from '../process/process-start.js';

/** Who made a namespace: one process on one host, told apart from a later one with the same number by its start. */
export interface RunName {
  readonly host: string;
  readonly pid: number;
  readonly start: string;
  /** Stands before the namespace's number: `race_check_<run>_<host>_<pid>_<start>`; with a number at most 63 bytes. */
  readonly prefix: string;
}

export function runName(runId: string): RunName {
  const run =
    runId
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 12) || 'run';
  const { pid } = process;
  const host = thisHost();
  const start = startOf(pid);
  return { host, pid, start, prefix: `race_check_${run}_${host}_${pid}_${start}` };
}

/** `undefined` for a name that is not ours to judge. */
export function parseRunName(namespace: string): RunName | undefined {
  const match = /^(race_check_[a-z0-9]+_([0-9a-f]{8})_(\d+)_([0-9a-f]{8}))_\d+$/.exec(namespace);
  const [, prefix, host, pid, start] = match ?? [];
  if (!prefix || !host || !pid || !start) return undefined;
  return { host, pid: Number(pid), start, prefix };
}

/** The process that made it ran on this host, and is gone. Of another host's nothing is known. */
export function isKnownDead({ host, pid, start }: RunName): boolean {
  return host === thisHost() && startOf(pid) !== start;
}

/** What is known of a run by its name alone: of another host's nothing. */
export function runState(run: RunName): 'dead' | 'alive' | 'unknown' {
  if (run.host !== thisHost()) return 'unknown';
  return isKnownDead(run) ? 'dead' : 'alive';
}

/** Containers may share a host name, and each counts its processes from 1: the process-id namespace tells them apart. */
function thisHost(): string {
  let pidNamespace = '';
  try {
    pidNamespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux.
  }
  return short(`${os.hostname()} ${pidNamespace}`);
}

function startOf(pid: number): string {
  return short(processStart(pid) ?? '');
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
