import fs from 'node:fs';

/** The memory of one process: what it holds now, and the most that it ever held. */
export interface Resident {
  readonly pid: number;
  readonly command: string;
  readonly nowKb: number;
  readonly highestKb: number;
}

/** A process and all that it started, directly or not, as /proc shows them. Linux only. */
export function residentOfTree(root: number): readonly Resident[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readOrEmpty(`/proc/${name}/stat`) : '';
    // The name stands in brackets and may hold anything; after it come the state and the parent.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOfTree = (pid: number): boolean => {
    for (let one: number | undefined = pid; one !== undefined && one > 0; one = parents.get(one)) {
      if (one === root) return true;
    }
    return false;
  };
  return [...parents.keys()].filter(isOfTree).flatMap(residentOf);
}

function residentOf(pid: number): readonly Resident[] {
  const status = readOrEmpty(`/proc/${pid}/status`);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN);
  const nowKb = field('VmRSS');
  // A process that is just ending has no memory left.
  if (Number.isNaN(nowKb)) return [];
  const command = readOrEmpty(`/proc/${pid}/cmdline`).split('\0').slice(0, 3).join(' ').slice(0, 200);
  return [{ pid, command, nowKb, highestKb: field('VmHWM') }];
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
