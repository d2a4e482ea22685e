/**
 * Whether anything of a process group still runs: its leader, or what the leader started, zombies left out. Always false on
 * Windows, which has no groups.
 *
 * A number that is in use for a group is given to no new process, so a group whose leader is gone is still the same one.
 * Stands alone (no import, nothing of this module): its source text is also run in the reaper.
 */
export function groupRuns(leader: number): boolean {
  const fs = process.getBuiltinModule('node:fs');
  if (process.platform === 'win32') return false;
  if (process.platform === 'linux') {
    return fs
      .readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .some((name) => {
        try {
          const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
          // The name stands in brackets and may hold anything. After it: state, parent, group.
          const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
          return Number(group) === leader && state !== 'Z' && state !== 'X';
        } catch {
          return false;
        }
      });
  }
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}
