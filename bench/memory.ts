import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CLI, runNode } from './child.js';
import { median, seconds } from './numbers.js';
import { residentOfTree, type Resident } from './process-tree.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { markdownTable } from './table.js';

const CLIENTS = 1_000;
const TRIALS = 100;
/**
 * The mutex: clients wait for each other, so that all thousand operations are open at once. Only the twenty who get a unit are
 * busy for 1 ms each, so a trial is bounded; with a unit for everybody it would take a second and more.
 */
const TARGET = 'memory/mutex';
const GOAL_MB = 300;
const SAMPLE_EVERY_MS = 50;

interface Peak {
  readonly wallMs: number;
  /** The highest sum over the processes that were alive at one moment. */
  readonly togetherKb: number;
  /** The sum of each process's own highest, whenever that was: never less than the true peak. */
  readonly boundKb: number;
  readonly processes: readonly Resident[];
}

/** The resident memory of the command line and all its processes, while a thousand clients run a hundred trials. */
export async function benchMemory({ quick, runs }: BenchOptions): Promise<BenchResult> {
  const what = `memory: ${CLIENTS} clients x ${TRIALS} trials of ${TARGET}`;
  const goal = `under ${GOAL_MB} MB`;
  if (process.platform !== 'linux') {
    return { what, goal, measured: 'not measured: there is no /proc here', met: undefined };
  }
  const peaks: Peak[] = [];
  for (let run = 0; run < (quick ? 1 : runs); run += 1) {
    peaks.push(await measure());
    progress(`memory: ${megabytes(peaks.at(-1)!.boundKb)} in ${seconds(peaks.at(-1)!.wallMs)}`);
  }
  const boundKb = median(peaks.map((peak) => peak.boundKb));
  print(`\nMemory: ${CLIENTS} clients, ${TRIALS} trials of ${TARGET} in flash-sale\n`);
  print(
    markdownTable(
      ['run', 'time', 'processes', 'highest at one moment', 'sum of each one’s highest'],
      peaks.map((peak, index) => [
        String(index + 1),
        seconds(peak.wallMs),
        peak.processes.map(({ highestKb }) => megabytes(highestKb)).join(' + '),
        megabytes(peak.togetherKb),
        megabytes(peak.boundKb),
      ]),
    ),
  );
  print(
    `\nResident sizes from /proc, sampled every ${SAMPLE_EVERY_MS} ms; pages that processes share are counted in each of them.`,
  );
  return { what, goal, measured: megabytes(boundKb), met: boundKb < GOAL_MB * 1_000 };
}

async function measure(): Promise<Peak> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'race-check-bench-'));
  const highest = new Map<number, Resident>();
  let togetherKb = 0;
  let timer: NodeJS.Timeout | undefined;
  const sample = (pid: number) => {
    const processes = residentOfTree(pid);
    togetherKb = Math.max(
      togetherKb,
      processes.reduce((sum, { nowKb }) => sum + nowKb, 0),
    );
    for (const one of processes) highest.set(one.pid, one);
  };
  const numbers = ['--clients', String(CLIENTS), '--trials', String(TRIALS)];
  const args = ['flash-sale', '--target', TARGET, ...numbers, '--seed', 'bench', '--quiet', '--out', out];
  try {
    const { wallMs } = await runNode([CLI, ...args], [0], {
      onStart: (pid) => (timer = setInterval(() => sample(pid), SAMPLE_EVERY_MS)),
    });
    const processes = [...highest.values()];
    const boundKb = processes.reduce((sum, { highestKb }) => sum + highestKb, 0);
    return { wallMs, togetherKb, boundKb, processes };
  } finally {
    clearInterval(timer);
    await rm(out, { recursive: true, force: true });
  }
}

function megabytes(kb: number): string {
  return `${(kb / 1_000).toFixed(0)} MB`;
}
