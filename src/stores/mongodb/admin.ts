import type { Document, MongoClient } from 'mongodb';
import type { StoreAddress } from '../../core/context.js';
import { answerInTime } from '../answer-in-time.js';
import { openMongoClient } from './client.js';

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
    return answerInTime('MongoDB', client.db(database).command(command));
  }

  /** The rows of an aggregation that reads no collection. */
  async aggregate(stages: Document[]): Promise<Document[]> {
    const client = await this.#client();
    return answerInTime('MongoDB', client.db('admin').aggregate(stages).toArray());
  }

  /** Asks over a connection made for that. */
  async ping(): Promise<void> {
    const client = await openMongoClient(this.address, 'race-check');
    // It answered as it was opened.
    await client.close();
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
