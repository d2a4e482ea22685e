import { BusyPolling } from '../engine/busy-polling.js';
import { coresGranted } from '../process/cores.js';

/** To be called at each traffic with a store, where this process may poll for more: a server needs a core of its own meanwhile. */
export function pollingOnTraffic(): { readonly onTraffic?: () => void } {
  return coresGranted() >= 2 ? { onTraffic: new BusyPolling().traffic } : {};
}
