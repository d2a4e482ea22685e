import { once } from 'node:events';
import net from 'node:net';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StepAnswer } from '../../core/step.js';
import { FrameReader } from './frames.js';
import {
  anyCuts,
  bind,
  close,
  describeStatement,
  execute,
  flush,
  inPieces,
  message,
  parse,
  query,
  sync,
} from './messages.fixture.js';
import { openWiredServer, type WiredServer } from './wire.fixture.js';

let wired: WiredServer;
beforeAll(async () => {
  wired = await openWiredServer();
  await wired.direct.query('create table item (id int primary key, name text)');
  await wired.direct.query("insert into item values (1, 'pen'), (2, 'ink')");
});
afterEach(() => {
  wired.wire.hold(false);
  wired.lost.length = 0;
});
afterAll(() => wired?.stop());

/** A client that says what bytes it likes, and keeps the types of what it hears. */
class RawClient {
  readonly heard: string[] = [];
  readonly #frames = new FrameReader();
  #wake: () => void = () => undefined;

  constructor(readonly socket: net.Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#frames.add(chunk);
      for (let next = this.#frames.next(); next !== undefined; next = this.#frames.next())
        this.heard.push(next.type);
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    socket.on('error', () => undefined);
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough() && !this.socket.destroyed)
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  readies(): number {
    return this.heard.filter((type) => type === 'Z').length;
  }
}

function startup(parameters: Record<string, string>): Buffer {
  const list = Object.entries(parameters).flatMap(([name, value]) => [name, value]);
  const body = Buffer.from(`${[...list, ''].join('\0')}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

async function connectRaw(client: number): Promise<net.Socket> {
  const { host, port } = await wired.wire.addressOf(client);
  const socket = net.connect(port, host);
  await once(socket, 'connect');
  return socket;
}

async function logIn(client: number): Promise<RawClient> {
  const socket = await connectRaw(client);
  const raw = new RawClient(socket);
  const { user, database, password, namespace } = wired.address;
  socket.write(startup({ user: user!, database: database!, options: `-c search_path=${namespace}` }));
  await raw.until(() => raw.heard.includes('R'));
  socket.write(message('p', password!));
  await raw.until(() => raw.readies() === 1);
  return raw;
}

/** Releases so many steps of a client, one by one. */
async function releaseAll(client: number, count: number): Promise<{ label: string; answer: StepAnswer }[]> {
  const told = [];
  for (let index = 0; index < count; index += 1) {
    const step = await wired.gate.next(client);
    told.push({ label: step.label, answer: await step.release() });
  }
  return told;
}

const shortly = (told: readonly { label: string; answer: StepAnswer }[]) =>
  told.map(({ label, answer }) => `${label} -> ${answer.label}`);

/** Pipelined: everything at once, with an error in the middle, and a Flush that the server answers without a Sync. */
const PIPELINE = Buffer.concat([
  query('begin'),
  ...[parse('a', 'select name from item where id = $1'), describeStatement('a'), flush],
  ...[bind('', 'a', ['1']), execute(), sync],
  ...[bind('', 'a', ['2']), execute(), bind('', 'a', [null]), execute(), sync],
  ...[parse('b', 'select nothing from nowhere'), bind('', 'b'), execute(), sync],
  query('rollback'),
  ...[close('a'), sync],
]);
const PIPELINE_STEPS = [
  'begin -> BEGIN',
  'prepare: select name from item where id = $1 -> done',
  'select name from item where id = 1 -> 1 row: pen',
  'select name from item where id = 2; select name from item where id = null -> 1 row: ink; 0 rows',
  'select nothing from nowhere -> error 42P01: relation "nowhere" does not exist',
  'rollback -> ROLLBACK',
  'close -> done',
];

describe('a client that sends many requests at once', () => {
  it('has them held one by one, however its bytes come', { timeout: 60_000 }, async () => {
    const raw = await logIn(0);
    wired.wire.hold(true);
    await fc.assert(
      fc.asyncProperty(anyCuts, async (cuts) => {
        const readies = raw.readies();
        for (const piece of inPieces(PIPELINE, cuts)) {
          raw.socket.write(piece);
          await new Promise(setImmediate);
        }
        expect(shortly(await releaseAll(0, PIPELINE_STEPS.length))).toEqual(PIPELINE_STEPS);
        await raw.until(() => raw.readies() === readies + 6);
      }),
      { numRuns: 15 },
    );
    raw.socket.destroy();
  });

  it('gets no answer to what comes between an error and the next Sync', async () => {
    const raw = await logIn(0);
    wired.wire.hold(true);
    raw.socket.write(Buffer.concat([parse('', 'selec'), flush, query('select 1'), execute(), flush, sync]));
    expect(shortly(await releaseAll(0, 4))).toEqual([
      'prepare: selec -> error 42601: syntax error at or near "selec"',
      'select 1 -> done',
      'execute "" -> done',
      'sync -> done',
    ]);
    await raw.until(() => raw.readies() === 2);
    expect(raw.heard.slice(-2)).toEqual(['E', 'Z']);
    raw.socket.destroy();
  });
});

describe('a COPY', () => {
  it('is one step up to where the server waits for rows, and one with all the rows', async () => {
    const raw = await logIn(0);
    wired.wire.hold(true);
    raw.socket.write(query('copy item from stdin'));
    await wired.gate.release(0);
    await raw.until(() => raw.heard.at(-1) === 'G');
    raw.socket.write(
      Buffer.concat([message('d', Buffer.from('7\tcup\n')), message('d', Buffer.from('8\tmug\n'))]),
    );
    raw.socket.write(Buffer.concat([message('c'), query('copy item to stdout')]));
    const [rows, out] = await releaseAll(0, 2);
    expect(rows?.answer.label).toBe('COPY 2');
    expect(out?.answer.label).toBe('COPY 4');
    await wired.direct.query('delete from item where id > 2');
    raw.socket.destroy();
  });

  it('may fail at either end, and the session goes on', async () => {
    const raw = await logIn(0);
    wired.wire.hold(true);
    for (const last of [message('f', 'changed my mind'), message('c')]) {
      raw.socket.write(query('copy item from stdin'));
      await wired.gate.release(0);
      await raw.until(() => raw.heard.at(-1) === 'G');
      raw.socket.write(Buffer.concat([message('d', Buffer.from('1\tagain\n')), last]));
      const [rows] = await releaseAll(0, 1);
      expect(rows?.answer.errorCode).toBe(last.length > 5 ? '57014' : '23505');
    }
    raw.socket.write(query('select 1'));
    expect(shortly(await releaseAll(0, 1))).toEqual(['select 1 -> 1 row: 1']);
    raw.socket.destroy();
  });

  it('in the extended protocol ends with a Sync of its own', async () => {
    const raw = await logIn(0);
    wired.wire.hold(true);
    raw.socket.write(Buffer.concat([parse('', 'copy item from stdin'), bind('', ''), execute(), sync]));
    await wired.gate.release(0);
    await raw.until(() => raw.heard.at(-1) === 'G');
    raw.socket.write(
      Buffer.concat([message('d', Buffer.from('9\tjar\n')), message('c'), sync, query('select 2')]),
    );
    expect(shortly(await releaseAll(0, 2))).toEqual(['rows to copy -> COPY 1', 'select 2 -> 1 row: 2']);
    await wired.direct.query('delete from item where id > 2');
    raw.socket.destroy();
  });
});

describe('the beginning of a connection', () => {
  it('is told politely that there is no encryption, and goes on without', async () => {
    const socket = await connectRaw(0);
    for (const code of [80_877_104, 80_877_103]) {
      const request = Buffer.alloc(8);
      request.writeInt32BE(8, 0);
      request.writeInt32BE(code, 4);
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toBe('N');
    }
    socket.destroy();
  });

  it('that is no PostgreSQL ends that connection alone', async () => {
    const socket = await connectRaw(0);
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(wired.lost).toEqual([]);
    const other = await wired.connect(0);
    expect((await other.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await other.end();
  });

  it('may be a request to cancel, which reaches the session that it names', async () => {
    const client = await wired.connect(0);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    wired.wire.hold(true);
    const sleep = client.query('select pg_sleep(60)').catch(() => undefined);
    const answer = wired.gate.release(0);
    const cancel = Buffer.alloc(16);
    [16, 80_877_102, processID, secretKey].forEach((value, at) => cancel.writeInt32BE(value, at * 4));
    await expect
      .poll(async () => {
        const { rows } = await wired.direct.query(
          "select 1 from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active' and pid = $1",
          [processID],
        );
        return rows.length;
      })
      .toBe(1);
    const socket = await connectRaw(1);
    socket.write(cancel);
    expect(await answer).toMatchObject({ errorCode: '57014' });
    await sleep;
    socket.destroy();
    wired.wire.hold(false);
    await client.end();
  });
});

describe('the end of a connection', () => {
  it('is a step where the client says goodbye', async () => {
    const client = await wired.connect(0);
    wired.wire.hold(true);
    const end = client.end();
    const step = await wired.gate.next(0);
    expect(step.label).toBe('terminate');
    expect(await step.release()).toMatchObject({ label: 'closed' });
    await end;
    expect(wired.lost).toEqual([]);
  });

  it('is that step also where the client has hung up long before it may go on', async () => {
    const client = await wired.connect(0);
    await client.query('begin');
    await client.query('delete from item where id = 1');
    wired.wire.hold(true);
    const end = client.end();
    const step = await wired.gate.next(0);
    await end;
    const taken = 'select id from item where id = 1 for update nowait';
    await expect(wired.direct.query(taken)).rejects.toMatchObject({ code: '55P03' });
    expect(await step.release()).toMatchObject({ label: 'closed' });
    expect(wired.lost).toEqual([]);
    expect((await wired.direct.query(taken)).rows).toEqual([{ id: 1 }]);
  });

  it('is told of where the client leaves while it is held, when the server has rolled back', async () => {
    const client = await wired.connect(0);
    await client.query('begin');
    await client.query('delete from item where id = 1');
    wired.wire.hold(true);
    void client.query('commit').catch(() => undefined);
    await wired.gate.next(0);
    (client as unknown as { connection: { stream: net.Socket } }).connection.stream.destroy();
    await expect.poll(() => wired.lost).toHaveLength(1);
    const { rows } = await wired.direct.query('select id from item where id = 1 for update nowait');
    expect(rows).toEqual([{ id: 1 }]);
  });
});

describe('postgres.js, which prepares with a Flush and no Sync', () => {
  it('is held and told of like any other', async () => {
    const { host, port } = await wired.wire.addressOf(0);
    const { user, password, database, namespace } = wired.address;
    const sql = postgres({
      host,
      port,
      user,
      password,
      database,
      max: 1,
      connection: { search_path: namespace },
    });
    await sql`select 1`;
    wired.wire.hold(true);
    const labels: string[] = [];
    wired.wire.onHeld((step) => {
      void step.release().then((answer) => labels.push(`${step.label} -> ${answer.label}`));
    });
    const answer = await sql.begin(async (transaction) => {
      const [row] = await transaction`select name, id from item where id = ${2}`;
      await transaction`update item set name = ${'oil'} where id = ${2}`;
      return row;
    });
    expect(answer).toEqual({ name: 'ink', id: 2 });
    wired.wire.hold(false);
    wired.wire.onHeld((step) => wired.gate.put(step));
    expect(labels).toEqual([
      'begin -> BEGIN',
      'prepare: select name, id from item where id = $1 -> done',
      'select name, id from item where id = 2 -> 1 row: (ink, 2)',
      'prepare: update item set name = $1 where id = $2 -> done',
      "update item set name = 'oil' where id = 2 -> UPDATE 1",
      'commit -> COMMIT',
    ]);
    await sql.end();
  });
});
