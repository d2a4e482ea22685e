import { setTimeout as wait } from 'node:timers/promises';
import type { ApiSettle } from '../../core/api.js';
import { ask, type Asked } from './ask.js';

const SETTLE_MS = 30_000;
const POLL_MS = 20;

/** Waits as the target declares it; false where it did not come to rest in time. */
export async function settled(settle: ApiSettle, api: Omit<Asked, 'withinMs'>): Promise<boolean> {
  if ('afterMs' in settle) {
    await wait(settle.afterMs);
    return true;
  }
  const { request, until = () => true, withinMs = SETTLE_MS } = settle;
  const deadline = performance.now() + withinMs;
  for (let leftMs = withinMs; leftMs > 0; leftMs = deadline - performance.now()) {
    const answer = await ask(request, { ...api, withinMs: Math.ceil(leftMs) }).catch(() => undefined);
    if (answer !== undefined && answer.status >= 200 && answer.status < 300 && until(answer)) return true;
    await wait(POLL_MS);
  }
  return false;
}
