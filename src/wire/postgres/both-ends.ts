import type { Duplex } from 'node:stream';

/** The streams of one connection, to its client and to the server: one that takes no more has the other one not read on. */
export class BothEnds {
  #server: Duplex | undefined;

  constructor(private readonly client: Duplex) {}

  /** It is joined to the server. */
  get isJoined(): boolean {
    return this.#server !== undefined;
  }

  /** Its client has not closed its end. */
  get hasClient(): boolean {
    return !this.client.destroyed;
  }

  join(server: Duplex): void {
    this.#server = server;
    server.on('drain', () => this.client.resume());
    this.client.on('drain', () => server.resume());
  }

  /** Drops the server's end, which is heard no more; another one may be joined. */
  part(): void {
    this.#server
      ?.removeAllListeners()
      .on('error', () => undefined)
      .destroy();
    this.#server = undefined;
  }

  toServer(pieces: readonly Buffer[]): void {
    if (this.#server === undefined || this.#server.destroyed) return;
    if (!this.#server.write(joined(pieces))) this.client.pause();
  }

  toClient(pieces: readonly Buffer[]): void {
    if (pieces.length === 0 || this.client.destroyed) return;
    if (!this.client.write(joined(pieces))) this.#server?.pause();
  }

  /** The server learns that nothing more comes, and is heard to its end, also where its client did not read on. */
  endServer(): void {
    this.#server?.resume();
    this.#server?.end();
  }

  /** Resolves when the server's end is closed, too, also where it was reset; at once where there is none. */
  async serverClosed(): Promise<void> {
    const server = this.#server;
    if (server !== undefined) await new Promise<void>((resolve) => server.once('close', () => resolve()));
  }

  /** Closes both, at once. */
  destroy(): void {
    this.client.destroy();
    this.#server?.destroy();
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
