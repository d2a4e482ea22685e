import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { coresGranted } from './cores.js';

const all = os.availableParallelism();
const roots: string[] = [];

/** A folder like `/` with these files in it. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'race-check-cores-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

describe('the cores that a process is granted', () => {
  it('are all that it may run on, where nothing limits their time', () => {
    expect(coresGranted(machine({}))).toBe(all);
    const files = {
      'proc/self/cgroup': '4:cpu,cpuacct:/\n0::/\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    };
    expect(coresGranted(machine(files))).toBe(all);
  });

  it('are the share of time that a control group leaves', () => {
    const files = { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' };
    expect(coresGranted(machine(files))).toBe(0.5);
  });

  it('are what the narrowest of the groups around it leaves', () => {
    const files = {
      'proc/self/cgroup': '0::/pod/container\n',
      'sys/fs/cgroup/pod/cpu.max': '25000 100000\n',
      'sys/fs/cgroup/pod/container/cpu.max': '75000 100000\n',
    };
    expect(coresGranted(machine(files))).toBe(0.25);
  });

  it.each(['4:cpu,cpuacct:/docker/1\n', '2:cpuset:/\n1:cpu:/docker/1\n', '3:cpuacct,cpu:/docker/1\n'])(
    'are found in a hierarchy of version 1: %j',
    (cgroup) => {
      const files = {
        'proc/self/cgroup': cgroup,
        'sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us': '80000\n',
        'sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us': '100000\n',
      };
      expect(coresGranted(machine(files))).toBe(0.8);
    },
  );
});
