import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CLI, runNode } from './child.js';
import { median, seconds } from './numbers.js';
import { residentOfTree } from './process-tree.js';
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
  /** Of all processes at one moment; the program that all of them run, Node, counted once. */
  readonly togetherKb: number;
  /** The same, Node counted in each of them. */
  readonly sumKb: number;
  /** Of the largest process. */
  readonly largestKb: number;
}

/** The resident memory of the command line and all its processes, while a thousand clients run a hundred trials. */
export async function benchMemory({ runs }: BenchOptions): Promise<BenchResult> {
  const what = `memory: ${CLIENTS} clients x ${TRIALS} trials of ${TARGET}`;
  const goal = `under ${GOAL_MB} MB`;
  if (process.platform !== 'linux') {
    return { what, goal, measured: 'not measured: there is no /proc here', met: undefined };
  }
  const peaks: Peak[] = [];
  for (let run = 0; run < runs; run += 1) {
    const peak = await measure();
    peaks.push(peak);
    progress(`memory: ${megabytes(peak.togetherKb)} in ${seconds(peak.wallMs)} (${run + 1} of ${runs})`);
  }
  const togetherKb = median(peaks.map((peak) => peak.togetherKb));
  print(`\nMemory: ${CLIENTS} clients, ${TRIALS} trials of ${TARGET} in flash-sale\n`);
  print(
    markdownTable(
      ['run', 'time', 'all processes', 'with Node in each of them', 'largest process'],
      peaks.map((peak, index) => [
        String(index + 1),
        seconds(peak.wallMs),
        ...[peak.togetherKb, peak.sumKb, peak.largestKb].map(megabytes),
      ]),
    ),
  );
  print(
    `\nHighest resident sizes of the command line and all that it started, from /proc every ${SAMPLE_EVERY_MS} ms.`,
  );
  return { what, goal, measured: megabytes(togetherKb), met: togetherKb < GOAL_MB * 1_000 };
}

async function measure(): Promise<Peak> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'race-check-bench-'));
  let [togetherKb, sumKb, largestKb] = [0, 0, 0];
  let timer: NodeJS.Timeout | undefined;
  const sample = (root: number) => {
    const processes = residentOfTree(root);
    const ownKb = processes.reduce((kb, one) => kb + one.ownKb, 0);
    const codesKb = processes.map(({ codeKb }) => codeKb);
    togetherKb = Math.max(togetherKb, ownKb + Math.max(0, ...codesKb));
    sumKb = Math.max(
      sumKb,
      codesKb.reduce((kb, one) => kb + one, ownKb),
    );
    largestKb = Math.max(largestKb, ...processes.map(({ highestKb }) => highestKb));
  };
  const numbers = ['--clients', String(CLIENTS), '--trials', String(TRIALS)];
  const args = ['flash-sale', '--target', TARGET, ...numbers, '--seed', 'bench', '--quiet', '--out', out];
  try {
    const { wallMs } = await runNode([CLI, ...args], [0], {
      onStart: (pid) => (timer = setInterval(() => sample(pid), SAMPLE_EVERY_MS)),
    });
    return { wallMs, togetherKb, sumKb, largestKb };
  } finally {
    clearInterval(timer);
    await rm(out, { recursive: true, force: true });
  }
}

function megabytes(kb: number): string {
  return `${(kb / 1_000).toFixed(0)} MB`;
}
