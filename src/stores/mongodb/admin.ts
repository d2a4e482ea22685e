import type { Document, MongoClient } from 'mongodb';
import type { StoreAddress } from '../../core/context.js';
import { limitWords } from '../../core/time-limit.js';
import { openMongoClient } from './client.js';

const ANSWER_MS = 5_000;

/**
 * The store's own client, beside those of the targets: nothing of a trial runs on it, so it may connect again when it was
 * lost. Keeps the process alive: `close` it.
 */
export class Admin {
  #open: Promise<MongoClient> | undefined;

  /** `appName` tells other runs that this one is alive. */
  constructor(
    private readonly address: StoreAddress,
    private readonly appName: string,
  ) {}

  /** One command to a database, `admin` by default. Rejects after 5 s without an answer. */
  async command(command: Document, database = 'admin'): Promise<Document> {
    const client = await this.#client();
    return within(client.db(database).command(command));
  }

  /** The rows of an aggregation that reads no collection. */
  async aggregate(stages: Document[]): Promise<Document[]> {
    const client = await this.#client();
    return within(client.db('admin').aggregate(stages).toArray());
  }

  async answers(): Promise<boolean> {
    return this.command({ ping: 1 }).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.then((client) => client.close()).catch(() => undefined);
  }

  #client(): Promise<MongoClient> {
    if (this.#open === undefined) {
      const opened = openMongoClient(this.address, this.appName);
      this.#open = opened;
      opened.catch(() => (this.#open = undefined));
    }
    return this.#open;
  }
}

async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`MongoDB did not answer within ${limitWords(ANSWER_MS)}`)),
      ANSWER_MS,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
