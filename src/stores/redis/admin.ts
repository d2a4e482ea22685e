import net from 'node:net';
import type { Redis } from 'ioredis';
import type { StoreAddress } from '../../core/context.js';
import { answerInTime } from '../answer-in-time.js';
import { openRedisClient } from './client.js';

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
    try {
      return await answerInTime('Redis', command(redis));
    } finally {
      socket.unref();
    }
  }

  /** What this side says of the connection. */
  async ends(): Promise<{ readonly localPort: number; readonly remoteAddress: string }> {
    const { socket } = await this.#connection();
    return { localPort: socket.localPort ?? 0, remoteAddress: socket.remoteAddress ?? '' };
  }

  /** Asks over a connection made for that. */
  async ping(): Promise<void> {
    const redis = await openRedisClient(this.address, 'race-check', () => new net.Socket());
    try {
      await redis.ping();
    } finally {
      redis.disconnect();
    }
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
