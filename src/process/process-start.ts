/**
 * When a process started, as text to compare with: two processes that had the same number differ in it. `undefined` if it
 * is gone, a zombie included. Windows tells only whether the number is in use.
 *
 * Stands alone (no import, nothing of this module): its source text is also run in the reaper.
 */
export function processStart(pid: number): string | undefined {
  const fs = process.getBuiltinModule('node:fs');
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  try {
    if (process.platform === 'win32') {
      process.kill(pid, 0);
      return 'in-use';
    }
    if (process.platform === 'linux') {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name stands in brackets and may hold anything. After it: state, and 19 fields on the start in clock ticks.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    }
    const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    });
    const [state, ...start] = ps.stdout.trim().split(/\s+/);
    return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join('-');
  } catch {
    return undefined;
  }
}
