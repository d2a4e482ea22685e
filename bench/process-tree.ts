import fs from 'node:fs';

/** The memory of one process. */
export interface Resident {
  readonly pid: number;
  /** In memory now, and its own alone. */
  readonly ownKb: number;
  /** In memory now, of programs and libraries: the same pages in every process that runs them. */
  readonly codeKb: number;
  /** The most that was ever resident. */
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
  const ownKb = fieldOf(status, 'RssAnon');
  const codeKb = fieldOf(status, 'RssFile');
  const highestKb = fieldOf(status, 'VmHWM');
  // A process that is just ending has no memory left.
  if (ownKb === undefined || codeKb === undefined || highestKb === undefined) return [];
  return [{ pid, ownKb, codeKb, highestKb }];
}

function fieldOf(text: string, name: string): number | undefined {
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return kb === undefined ? undefined : Number(kb);
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
