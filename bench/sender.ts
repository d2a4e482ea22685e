import type { ClientPlan } from '../src/engine/protocol.js';
import type { BurstOptions } from './http-engine.js';
import type { SenderRequest, SentBurst } from './http-sender.js';
import { startAsWorker } from './program.js';

/** Our bursts, from a process like that of a target's clients: one for all, as one run has one. */
export interface Sender {
  /** What is open is closed first. */
  open(url: string, clients: number, options: BurstOptions): Promise<void>;
  burst(plans: readonly ClientPlan[]): Promise<SentBurst>;
  closeBursts(): Promise<void>;
  close(): void;
}

export async function openSender(): Promise<Sender> {
  const child = await startAsWorker('./http-sender');
  const ask = (request: SenderRequest) => child.ask(request);
  return {
    open: async (url, clients, options) => void (await ask({ type: 'open', url, clients, options })),
    burst: async (plans) => (await ask({ type: 'burst', plans })) as SentBurst,
    closeBursts: async () => void (await ask({ type: 'close' })),
    close: () => child.close(),
  };
}
