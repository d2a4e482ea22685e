import { once } from 'node:events';
import net from 'node:net';

/** What may stand between a client and a server. */
export interface Between {
  readonly port: number;
  close(): void;
}

/**
 * `tunnel`: passes bytes on, so that the server sees its port and not the client's. `pooler`: tells clients a process
 * number of its own invention. `strict`: refuses start-up options. `narrow`: refuses to be told about deadlocks, as a pooler
 * refuses every parameter that it does not know, and invents process numbers.
 */
export async function startBetween(
  serverPort: number,
  kind: 'tunnel' | 'pooler' | 'strict' | 'narrow',
): Promise<Between> {
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((near) => {
    const far = net.connect(serverPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      const refused = REFUSED[kind];
      if (refused !== undefined && chunk.includes(`${refused}\0`)) near.end(refusal(refused));
      else far.write(chunk);
    });
    const renumbers = kind === 'pooler' || kind === 'narrow';
    far.on('data', (chunk: Buffer) => near.write(renumbers ? renumbered(chunk) : chunk));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as net.AddressInfo).port,
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const REFUSED: Readonly<Record<string, string>> = { strict: 'options', narrow: 'deadlock_timeout' };

/** BackendKeyData is `K`, its length 12, the process number, and a secret. */
function renumbered(chunk: Buffer): Buffer {
  const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) chunk.writeInt32BE(123_456_789, at + 5);
  return chunk;
}

function refusal(parameter: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0Munsupported startup parameter: ${parameter}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
