import type { Duplex } from 'node:stream';
import type { PointName, StoreAddress, Traffic } from '../core/context.js';

/**
 * Owns what clients otherwise have from the machine: the way to the store, the clock, when they go on. Without an owner a
 * client goes on when it can. Workers are clients here; they follow the last one.
 */
export interface ClientOwner {
  /** Where this client's connections lead, instead of this. */
  address(client: number, address: StoreAddress): StoreAddress;
  /** A socket of this client's that leads there, where the owner has a shorter way than the address. */
  socket?(client: number, store: string, traffic: Traffic): Duplex | undefined;
  /** Milliseconds. */
  now(): number;
  /** In [0, 1). `undefined` for what belongs to no client: set-up, reset, reads. */
  random(client: number | undefined): number;
  /** Rejects when `signal` aborts. */
  sleep(client: number, ms: number, signal: AbortSignal): Promise<void>;
  point(client: number, name: PointName): Promise<void>;
  /** Resolves when the client may begin its next attempt. */
  begin(client: number, f: string): Promise<void>;
  /** Resolves when the client is to die, which it does at this point. */
  mayDie(client: number, name: PointName): Promise<void>;
  /** It died at a point, with all of its connections. Before `ended`. */
  crashed(client: number): void;
  /** It has made all of its attempts, or, a worker, has come to rest. */
  ended(client: number): void;
}
