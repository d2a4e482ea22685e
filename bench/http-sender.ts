import { yieldInBackground } from '../src/process/background-threads.js';
import type { HistoryEvent } from '../src/core/history.js';
import type { ClientPlan } from '../src/engine/protocol.js';
import { EngineBursts, type BurstOptions } from './http-engine.js';

export type SenderRequest =
  | {
      readonly type: 'open';
      readonly url: string;
      readonly clients: number;
      readonly options: BurstOptions;
    }
  | { readonly type: 'burst'; readonly plans: readonly ClientPlan[] }
  | { readonly type: 'close' };

export interface SentBurst {
  readonly events: readonly HistoryEvent[];
  /** What it took beyond the hold. */
  readonly costMs: number;
}

/** A process that sends bursts, and does what a worker does to be in nobody's way. */
yieldInBackground();

let engine: EngineBursts | undefined;

async function answer(request: SenderRequest): Promise<SentBurst | Record<string, never>> {
  if (request.type === 'open') {
    engine = new EngineBursts(request.url, request.clients, request.options);
    await engine.open();
  } else if (request.type === 'burst') {
    const { holdMs } = engine!;
    const startedAt = performance.now();
    const events = await engine!.burst(request.plans);
    return { events, costMs: performance.now() - startedAt - holdMs };
  } else {
    await engine?.close();
    engine = undefined;
  }
  return {};
}

process.on('message', (request: SenderRequest) => {
  void answer(request).then((answered) => process.send?.(answered));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
