import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WireReader } from '../stores/wire-reader.js';
import { openRelay, type Relay } from './relay.js';

let server: net.Server;
let port: number;
let relay: Relay | undefined;

beforeEach(async () => {
  server = net.createServer((socket) => {
    socket.on('data', (data) => socket.write(`echo ${data.toString()}`));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as net.AddressInfo);
});

afterEach(() => {
  relay?.destroy();
  server.close();
});

/** Takes what is written in capitals for requests. */
function capitals(): WireReader {
  let asked = '';
  return {
    requestsIn: (bytes) => {
      asked = bytes.toString();
      return /[A-Z]/.test(asked) ? 1 : 0;
    },
    isAnswer: () => /[A-Z]/.test(asked),
    trace: () => ({ asked }),
  };
}

async function open(limit?: number) {
  const events: string[] = [];
  const traces: (() => unknown)[] = [];
  relay = await openRelay(
    { host: '127.0.0.1', port },
    () => ({
      sent: () => void events.push('sent'),
      received: () => void events.push('received'),
      connected: (localPort, trace) => {
        events.push(localPort > 0 ? 'connected' : 'no port');
        if (trace) traces.push(trace);
      },
    }),
    { readerOf: capitals, limit },
  );
  return { events, traces, connect: () => net.connect(relay!.port, relay!.host) };
}

async function ask(socket: net.Socket, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, 'data'))[0]);
}

describe('a relay with a reader', () => {
  it('counts what the reader takes for requests and their answers, and passes on all of it', async () => {
    const { events, connect, traces } = await open();
    const socket = connect();
    expect(await ask(socket, 'hello')).toBe('echo hello');
    expect(events).toEqual([]);
    expect(await ask(socket, 'FIND')).toBe('echo FIND');
    expect(await ask(socket, 'heartbeat')).toBe('echo heartbeat');
    expect(await ask(socket, 'UPDATE')).toBe('echo UPDATE');
    expect(events).toEqual(['connected', 'sent', 'received', 'sent', 'received']);
    expect(traces.map((trace) => trace())).toEqual([{ asked: 'UPDATE' }]);
    socket.destroy();
  });

  it('tells of no connection that carries no request', async () => {
    const { events, connect } = await open();
    const [heartbeats, requests] = [connect(), connect()];
    await ask(heartbeats, 'hello');
    await ask(requests, 'FIND');
    expect(events).toEqual(['connected', 'sent', 'received']);
    heartbeats.destroy();
    requests.destroy();
  });

  it('lets in as many connections as it is told, and none later in the place of a lost one', async () => {
    const { connect } = await open(2);
    const [first, second] = [connect(), connect()];
    await ask(first, 'A');
    await ask(second, 'B');
    const third = connect();
    third.on('error', () => undefined);
    await once(third, 'close');
    first.destroy();
    await once(first, 'close');
    const fourth = connect();
    fourth.on('error', () => undefined);
    await once(fourth, 'close');
    expect(await ask(second, 'C')).toBe('echo C');
    second.destroy();
  });
});
