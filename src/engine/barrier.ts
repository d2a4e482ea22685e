import { monotonicNs } from './clock.js';
import type { HostLink } from './host-link.js';

/** Long enough for the word to reach every process before the barrier opens. */
const LEAD_NS = 3_000_000n;

/** Has every host begin at one moment. A promise for each: its clients have been answered. */
export function openBarrier(hosts: readonly HostLink[], limitMs: number): readonly Promise<unknown>[] {
  const startAtNs = (monotonicNs() + leadNs(hosts)).toString();
  return hosts.map((host) => host.request({ type: 'go', startAtNs }, limitMs));
}

function leadNs(hosts: readonly HostLink[]): bigint {
  const leadsNs = hosts.map(({ leadNs = 0n }) => leadNs);
  if (hosts.length > 1) leadsNs.push(LEAD_NS);
  return leadsNs.reduce((longest, leadNs) => (leadNs > longest ? leadNs : longest), 0n);
}
