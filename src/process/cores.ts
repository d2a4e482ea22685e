import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * How many cores this process may keep busy at once: those it may run on, or the share of time that a control group leaves it, as
 * containers have it, if that is less. At least 0; 1.5 is one and a half. What cannot be read counts as no limit.
 *
 * @param root the folder that has `proc` and `sys`; another one in tests
 */
export function coresGranted(root = '/'): number {
  return Math.min(os.availableParallelism(), ...groupsOf(root).map(quotaOf));
}

/** The folders of this process's control groups for CPU time, version 2 and 1, and of all groups that those are in. */
function groupsOf(root: string): string[] {
  const mounts: [hierarchy: RegExp, folder: string][] = [
    [/^0::(\/.*)$/m, 'sys/fs/cgroup'],
    [/^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m, 'sys/fs/cgroup/cpu'],
  ];
  const named = textOf(path.join(root, 'proc/self/cgroup'));
  return mounts.flatMap(([hierarchy, folder]) => {
    const group = hierarchy.exec(named)?.[1];
    if (group === undefined) return [];
    const names = group.split('/').filter((name) => name !== '');
    return [...names, ''].map((_, depth) => path.join(root, folder, ...names.slice(0, depth)));
  });
}

function quotaOf(group: string): number {
  const [quota, period] =
    /^(\d+) (\d+)/.exec(textOf(path.join(group, 'cpu.max')))?.slice(1) ??
    ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => textOf(path.join(group, file)));
  // Version 1 says -1 where there is none.
  return Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : Number.POSITIVE_INFINITY;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
