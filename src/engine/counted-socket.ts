import net from 'node:net';
import type { Traffic } from '../core/context.js';
import type { Json } from '../core/json.js';
import type { SocketWatch } from '../stores/socket-watch.js';

/** Told of every request that leaves on a connection and every answer that comes in, and of the connection. */
export interface SocketTraffic extends Traffic {
  /** The local TCP port, once connected; `trace` is asked for what was read on it until then. */
  connected(localPort: number, trace?: () => Json): void;
}

/**
 * A socket that tells when bytes leave and arrive, at the cost of one call each and without a listener of its own:
 * a `data` listener would start the flow before the driver is ready for it.
 */
export class CountedSocket extends net.Socket {
  readonly #traffic: SocketTraffic;
  readonly #watch: SocketWatch | undefined;

  /** `watch` sees what is sent and received as well. */
  constructor(traffic: SocketTraffic, watch?: SocketWatch) {
    super();
    this.#traffic = traffic;
    this.#watch = watch;
    this.once('connect', () => {
      if (this.localPort !== undefined) traffic.connected(this.localPort, watch && (() => watch.trace()));
    });
    // A driver listens too; without any listener a reset would end the process.
    this.on('error', () => undefined);
  }

  // Not `write`: connect() puts net.Socket's own one back. These are called when the bytes leave, corked or not.
  override _write(chunk: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#leaving();
    super._write(chunk, encoding, done);
  }

  override _writev(
    chunks: { chunk: unknown; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#leaving();
    super._writev?.(chunks, done);
  }

  /** What is written before the connection stands leaves when it does. */
  #leaving(): void {
    this.#watch?.sent();
    if (this.connecting) this.once('connect', () => this.#traffic.sent());
    else this.#traffic.sent();
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null) {
      this.#traffic.received();
      if (Buffer.isBuffer(chunk)) this.#watch?.received(chunk);
    }
    return super.push(chunk, encoding);
  }
}
