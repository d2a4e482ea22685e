import net from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CountedSocket } from './counted-socket.js';
import { openRelay } from './relay.js';
import { RelayedSocket } from './relayed-socket.js';

let server: net.Server;
let port: number;

beforeEach(async () => {
  server = net.createServer((socket) => {
    socket.on('data', (data) => socket.write(`echo ${data.toString()}`));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as net.AddressInfo);
});

afterEach(() => server.close());

function recorder() {
  const events: string[] = [];
  return {
    events,
    sent: () => void events.push('sent'),
    received: () => void events.push('received'),
    connected: (local: number) => void events.push(local > 0 ? 'connected' : 'no port'),
  };
}

describe('CountedSocket', () => {
  it('tells of its port, of each request and of its answer, in order', async () => {
    const traffic = recorder();
    const socket = new CountedSocket(traffic);
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('a');
    expect(String((await once(socket, 'data'))[0])).toBe('echo a');
    expect(traffic.events).toEqual(['connected', 'sent', 'received']);
    socket.destroy();
  });

  it('counts corked writes when they leave, as one request', async () => {
    const traffic = recorder();
    const socket = new CountedSocket(traffic);
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.cork();
    socket.write('a');
    socket.write('b');
    expect(traffic.events).toEqual(['connected']);
    socket.uncork();
    expect(String((await once(socket, 'data'))[0])).toBe('echo ab');
    expect(traffic.events).toEqual(['connected', 'sent', 'received']);
    socket.destroy();
  });

  it('does not start the flow: what comes before a driver listens is kept for it', async () => {
    const traffic = recorder();
    const socket = new CountedSocket(traffic);
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('early');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(String((await once(socket, 'data'))[0])).toBe('echo early');
    socket.destroy();
  });
});

describe('openRelay', () => {
  it('leads to the store and counts each of its connections', async () => {
    const traffic = recorder();
    const relay = await openRelay({ host: '127.0.0.1', port }, () => traffic);
    const socket = net.connect(relay.port, relay.host);
    socket.write('through');
    expect(String((await once(socket, 'data'))[0])).toBe('echo through');
    expect(traffic.events).toEqual(['connected', 'sent', 'received']);
    const closed = once(socket, 'close');
    relay.destroy();
    await closed;
  });

  it('is where a relayed socket connects, whatever it is told', async () => {
    const traffic = recorder();
    const relay = await openRelay({ host: '127.0.0.1', port }, () => traffic);
    const socket = new RelayedSocket(Promise.resolve(relay));
    socket.connect(1, 'db.example.com');
    await once(socket, 'connect');
    socket.write('through');
    expect(String((await once(socket, 'data'))[0])).toBe('echo through');
    expect(traffic.events).toEqual(['connected', 'sent', 'received']);
    relay.destroy();
  });

  it('passes the reason on where it could not be opened', async () => {
    const socket = new RelayedSocket(Promise.reject(new Error('no port left')));
    socket.connect(1, 'db.example.com');
    await expect(once(socket, 'connect')).rejects.toThrow('no port left');
  });
});
