import { once } from 'node:events';
import net from 'node:net';

/** A port of its own on loopback for each client, so that a connection's client is known. */
export class ClientPorts {
  readonly #servers = new Map<number, Promise<net.Server>>();

  constructor(private readonly accept: (client: number, socket: net.Socket) => void) {}

  /** The same one for each connection of the client. */
  async portOf(client: number): Promise<number> {
    let server = this.#servers.get(client);
    if (server === undefined) this.#servers.set(client, (server = this.#listen(client)));
    return ((await server).address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    const servers = await Promise.all(this.#servers.values());
    this.#servers.clear();
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  async #listen(client: number): Promise<net.Server> {
    const server = net.createServer({ noDelay: true, allowHalfOpen: false }, (socket) =>
      this.accept(client, socket),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
}
