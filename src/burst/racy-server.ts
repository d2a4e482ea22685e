import { Worker } from 'node:worker_threads';
import { racyProgram, type RacyServerOptions } from './racy-program.js';

/** A server of ours that gives one thing to several: what conditions must catch that shall vouch for somebody's API. */
export interface RacyServer {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/** Starts it in a thread of its own on a free loopback port; it ends with this process at the latest. */
export function startRacyServer(options: RacyServerOptions): Promise<RacyServer> {
  const worker = new Worker(`(${racyProgram.toString()})(require);`, { eval: true, workerData: options });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (port: number) =>
      resolve({
        baseUrl: `http://127.0.0.1:${port}`,
        stop: async () => {
          await worker.terminate();
        },
      }),
    );
  });
}
