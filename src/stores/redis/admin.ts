import net from 'node:net';
import type { Redis } from 'ioredis';
import type { StoreAddress } from '../../core/context.js';
import { limitWords } from '../../core/time-limit.js';
import { openRedisClient } from './client.js';

const ANSWER_MS = 5_000;

/**
 * The store's own connection, beside those of the clients; opened again when it was lost. A command that is not answered
 * within 5 s rejects: a script that never ends blocks the whole server.
 */
export class Admin {
  #open: Promise<{ readonly redis: Redis; readonly socket: net.Socket }> | undefined;

  /** `name` tells other runs that this one is alive. */
  constructor(
    private readonly address: StoreAddress,
    private readonly name: string,
  ) {}

  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const { redis, socket } = await this.#connection();
    socket.ref();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Redis did not answer within ${limitWords(ANSWER_MS)}`)),
        ANSWER_MS,
      );
    });
    try {
      return await Promise.race([command(redis), late]);
    } finally {
      clearTimeout(timer);
      socket.unref();
    }
  }

  /** What this side says of the connection. */
  async ends(): Promise<{ readonly localPort: number; readonly remoteAddress: string }> {
    const { socket } = await this.#connection();
    return { localPort: socket.localPort ?? 0, remoteAddress: socket.remoteAddress ?? '' };
  }

  answers(): Promise<boolean> {
    return this.ask((redis) => redis.ping()).then(
      () => true,
      () => false,
    );
  }

  /** Ends it without a word; a later command would open it again. */
  destroy(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.then(({ socket }) => socket.destroy()).catch(() => undefined);
  }

  async #connection(): Promise<{ readonly redis: Redis; readonly socket: net.Socket }> {
    const open = await this.#open?.catch(() => undefined);
    if (open !== undefined && !open.socket.destroyed) return open;
    this.#open = this.#connect();
    return this.#open;
  }

  async #connect(): Promise<{ readonly redis: Redis; readonly socket: net.Socket }> {
    let socket!: net.Socket;
    const redis = await openRedisClient(this.address, this.name, () => (socket = new net.Socket()));
    return { redis, socket };
  }
}
