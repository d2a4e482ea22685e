import net from 'node:net';
import type { Relay } from './relay.js';

/**
 * A socket for drivers that speak TLS: it connects through a counting relay, whatever address it is told to connect to.
 * TLS takes the handle of a socket and reads and writes past its methods, so that nothing could be counted on it.
 */
export class RelayedSocket extends net.Socket {
  readonly #relay: Promise<Relay>;

  constructor(relay: Promise<Relay>) {
    super();
    this.#relay = relay;
    this.on('error', () => undefined);
  }

  override connect(..._address: unknown[]): this {
    this.#relay.then(
      ({ host, port }) => super.connect(port, host),
      (error: Error) => this.destroy(error),
    );
    return this;
  }
}
