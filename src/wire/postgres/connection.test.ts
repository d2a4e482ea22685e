import { describe, expect, it } from 'vitest';
import { openPipe } from '../pipe.js';
import { Connection } from './connection.js';
import { int16, message, query } from './messages.fixture.js';

const UNHEARD = { sent: () => undefined, received: () => undefined, connected: () => undefined };

/** Version 3.0, and no parameter. */
const STARTUP = Buffer.concat([Buffer.from([0, 0, 0, 9]), int16(3), int16(0), Buffer.from([0])]);
const IDLE = message('Z', Buffer.from('I'));

/** A connection with both its ends in this process, logged in. */
async function openConnection() {
  const client = openPipe(UNHEARD);
  const server = openPipe(UNHEARD);
  const heard: string[] = [];
  client.driver.on('data', (chunk: Buffer) => heard.push(chunk.toString('latin1')));
  const asked = new Promise<void>((resolve) => server.wire.once('data', () => resolve()));
  const told: string[] = [];
  const connection = new Connection(
    client.wire,
    {
      open: () => Promise.resolve(server.driver),
      startup: ({ bytes }) => ({ bytes, hidesLog: false }),
      refused: () => false,
    },
    {
      ready: () => undefined,
      arrived: () => connection.release(),
      answered: (_, answer) => told.push(answer?.label ?? 'lost'),
      waits: () => undefined,
      closed: () => undefined,
    },
  );
  client.driver.write(STARTUP);
  await asked;
  server.wire.write(Buffer.concat([message('R', 0), IDLE]));
  await aTurn();
  heard.length = 0;
  return { connection, client: client.driver, server: server.wire, ours: server.driver, heard, told };
}

const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('an answer', () => {
  it('is handed on when it is complete: an error not before the ReadyForQuery behind it', async () => {
    const { client, server, heard, told } = await openConnection();
    client.write(query('select 1 / 0'));
    await aTurn();
    server.write(message('E', Buffer.from('SERROR\0VERROR\0C22012\0Mdivision by zero\0\0')));
    await aTurn();
    expect([heard, told]).toEqual([[], []]);
    server.write(IDLE);
    await aTurn();
    expect(told).toEqual(['error 22012: division by zero']);
    expect(heard.join('')).toContain('division by zero');
    client.destroy();
  });

  it('is handed on as it comes where it is long', async () => {
    const { client, server, heard, told } = await openConnection();
    client.write(query('select repeat'));
    await aTurn();
    const long = Buffer.alloc(2_000_000, 'a');
    server.write(message('D', int16(1), long.length, long));
    for (let turn = 0; turn < 20 && heard.join('').length < long.length; turn += 1) await aTurn();
    expect(heard.join('').length).toBeGreaterThan(long.length);
    expect(told).toEqual([]);
    client.destroy();
  });
});

describe('the end of a client that is no more', () => {
  it('has come also where the server resets the connection instead of closing it', async () => {
    const { connection, ours } = await openConnection();
    const left = connection.leave();
    ours.destroy(new Error('read ECONNRESET'));
    await expect(left).resolves.toBeUndefined();
  });
});
