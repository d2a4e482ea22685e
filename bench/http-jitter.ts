import net from 'node:net';

/** A proxy whose every chunk, either way, comes up to so many milliseconds late, in order. */
const [port, jitterMs] = process.argv.slice(2).map(Number) as [number, number];

function late(from: net.Socket, to: net.Socket): void {
  let last = Promise.resolve();
  from.on('data', (bytes) => {
    const atMs = performance.now() + Math.random() * jitterMs;
    last = last.then(() => until(atMs)).then(() => void to.write(bytes));
  });
  from.on('close', () => void last.then(() => to.destroy()));
  from.on('error', () => undefined);
}

async function until(atMs: number): Promise<void> {
  while (performance.now() < atMs) await new Promise((resolve) => setImmediate(resolve));
}

const server = net.createServer({ noDelay: true }, (near) => {
  const far = net.connect({ port, host: '127.0.0.1', noDelay: true });
  late(near, far);
  late(far, near);
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as net.AddressInfo).port));
