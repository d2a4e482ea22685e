import { Duplex } from 'node:stream';
import type { Traffic } from '../core/context.js';

/**
 * A connection inside this process: what a driver takes for its socket, and the end that a wire reads. It saves each answer
 * and each request a way through the system. What is written arrives in a turn of its own, never inside the write.
 */
export function openPipe(traffic: Traffic): { readonly driver: DriverEnd; readonly wire: Duplex } {
  const wire = new End();
  const driver = new DriverEnd(traffic);
  wire.join(driver);
  driver.join(wire);
  return { driver, wire };
}

class End extends Duplex {
  #other: End | undefined;
  /** To be called when what was delivered last has been read. */
  #taken: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: false });
  }

  join(other: End): void {
    this.#other = other;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    queueMicrotask(() => this.#other?.deliver(chunk, done));
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: () => void): void {
    queueMicrotask(() => {
      this.#other?.push(null);
      done();
    });
  }

  /** The other end reads what has come already, and then ends too. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    queueMicrotask(() => other?.push(null));
    setImmediate(() => other?.destroy());
    this._read();
    done(error);
  }

  deliver(chunk: Buffer, done: () => void): void {
    if (this.destroyed || this.readableEnded || this.push(chunk)) done();
    else this.#taken = done;
  }
}

/** What a driver does with a socket. */
class DriverEnd extends End {
  /** Of the wire's own connection to the store, once that stands. */
  localPort: number | undefined;
  readonly #traffic: Traffic;

  constructor(traffic: Traffic) {
    super();
    this.#traffic = traffic;
    // A driver listens too; without any listener an error would end the process.
    this.on('error', () => undefined);
  }

  /** The wire has connected to the store, from this port. */
  connectedFrom(localPort: number): void {
    this.localPort = localPort;
    this.#traffic.connected(localPort);
  }

  connect(..._address: unknown[]): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.#traffic.sent();
    super._write(chunk, encoding, done);
  }

  override deliver(chunk: Buffer, done: () => void): void {
    this.#traffic.received();
    super.deliver(chunk, done);
  }
}
