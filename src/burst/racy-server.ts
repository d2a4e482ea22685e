import { Worker } from 'node:worker_threads';
import { racyProgram, type RacyServerOptions, type RacyWorkerData } from './racy-program.js';
import { selfSigned } from './self-signed.js';

/** A server of ours that gives one thing to several: what conditions must catch that shall vouch for somebody's API. */
export interface RacyServer {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/** Starts it in a thread of its own on a free loopback port; it ends with this process at the latest. */
export function startRacyServer({ isEncrypted, ...options }: RacyServerOptions): Promise<RacyServer> {
  const workerData: RacyWorkerData = { ...options, ...(isEncrypted ? { certificate: selfSigned() } : {}) };
  const worker = new Worker(`(${racyProgram.toString()})(require);`, { eval: true, workerData });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (port: number) =>
      resolve({
        baseUrl: `${isEncrypted ? 'https' : 'http'}://127.0.0.1:${port}`,
        stop: async () => {
          await worker.terminate();
        },
      }),
    );
  });
}
