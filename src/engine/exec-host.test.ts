import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { groupRuns } from '../process/process-group.js';
import { openReaper } from '../process/reaper.js';
import type { StoreAddress } from '../core/context.js';
import type { HistoryEvent } from '../core/history.js';
import { monotonicNs } from './clock.js';
import { askHello, execHosts } from './exec-host.js';
import { HostGone, type HostLink } from './host-link.js';
import type { ArmReply, ClientPlan, SettleReply } from './protocol.js';

const PROGRAM = fileURLToPath(new URL('./exec-program.fixture.mjs', import.meta.url));
const FILE: StoreAddress = { store: 'file', host: '', port: 0, namespace: '/nowhere' };
const LIMIT_MS = 10_000;

const guarded: number[] = [];
const reaper = openReaper();
const watched = {
  ...reaper,
  guardGroup: (leader: number, signal?: NodeJS.Signals) => {
    guarded.push(leader);
    reaper.guardGroup(leader, signal);
  },
};
const links: HostLink[] = [];
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.kill()));
});
afterAll(() => reaper.close());

const commandOf = (wrong: string) => ({ command: `'${process.execPath}' '${PROGRAM}' '${wrong}'`, cwd: '/' });

function plansOf(clients: number, f = 'book'): readonly ClientPlan[] {
  return Array.from({ length: clients }, (_, client) => ({
    ...{ client, delayNs: 0 },
    attempts: [
      { f, input: { seats: 1 } },
      { f, input: { seats: 2 } },
    ],
  }));
}

/** A program at work: what it told, and its answers. */
async function open(wrong: string, addresses: readonly StoreAddress[] = [FILE], clients = 2) {
  const events: HistoryEvent[] = [];
  const link = await execHosts(commandOf(wrong), watched).open((some) => events.push(...some));
  links.push(link);
  await link.request(
    {
      ...{ type: 'load', target: { kind: 'exec', ...commandOf(wrong) }, addresses, parameters: {} },
      ...{ seed: 'x', timeoutMs: 1_000, totalClients: clients, setup: true, lead: true },
      clients: Array.from({ length: clients }, (_, client) => ({ client, process: client })),
    },
    LIMIT_MS,
  );
  const burst = async (f?: string, goLimitMs = LIMIT_MS) => {
    const plans = plansOf(clients, f);
    const startAtNs = () => (monotonicNs() + link.leadNs!).toString();
    const [, armed] = await Promise.all([
      link.request({ type: 'reset', initial: {} }, LIMIT_MS),
      link.request({ type: 'arm', trial: 0, plans, faults: [], renew: [] }, LIMIT_MS),
    ]);
    const [, settled] = await Promise.all([
      link.request({ type: 'go', startAtNs: startAtNs() }, goLimitMs),
      link.request({ type: 'settle' }, goLimitMs),
    ]);
    return { armed: armed as ArmReply, settled: settled as SettleReply };
  };
  return { link, events, burst };
}

/** A server that answers each line. */
async function echo(): Promise<{ readonly address: StoreAddress; close(): void }> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    address: { store: 'postgres', host: '127.0.0.1', port, namespace: 'x' },
    close: () => server.close(),
  };
}

describe('a program that keeps to the protocol', () => {
  it('says what it is, and is ended', async () => {
    expect(await askHello(commandOf('nothing'), watched)).toMatchObject({
      contract: 'seats',
      id: 'file/fixture',
    });
    expect(groupRuns(guarded.at(-1)!)).toBe(false);
  });

  it('makes each attempt once, not before the barrier, and its events become a history', async () => {
    const { link, events, burst } = await open('nothing');
    const { settled } = await burst();
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of('invoke').map((event) => 'value' in event && event.value)).toHaveLength(4);
    expect(of('ok')).toHaveLength(4);
    expect(of('note')[0]).toMatchObject({ kind: 'read', fields: { seats: 1 } });
    for (const { timeNs } of events) expect(timeNs).toBeGreaterThanOrEqual(0);
    // Without a server it is at the store all the time.
    const [invoke, ok] = [of('invoke')[0]!, of('ok')[0]!];
    expect(ok).toMatchObject({ span: { lastAnswerNs: ok.timeNs, requests: 0 } });
    expect(invoke).toMatchObject({ f: 'book', value: { seats: 1 } });
    expect(settled).toEqual({ connections: [], workerErrors: [], counts: { retry: 3 }, arrivalsMs: [] });
    expect(await link.request({ type: 'read' }, LIMIT_MS)).toEqual({ left: 0 });
    await link.request({ type: 'stop' }, LIMIT_MS);
  });

  it('is seen at a server through an address of each client, whatever it tells', async () => {
    const server = await echo();
    const { events, burst } = await open('nothing', [server.address]);
    const { armed } = await burst();
    const answered = events.filter((event) => event.type === 'ok');
    expect(answered).toHaveLength(4);
    const ports = answered.map(({ value }) => (value as { ports: number[] }).ports[0]);
    expect(new Set(ports).size).toBe(2);
    expect(ports).not.toContain(server.address.port);
    for (const { span, timeNs } of answered) {
      expect(span?.requests).toBe(1);
      expect(span!.lastAnswerNs).toBeLessThanOrEqual(timeNs);
      expect(span!.firstRequestNs).toBeGreaterThan(0);
    }
    expect(armed.connections?.map(({ client, store }) => [client, store])).toEqual([
      [0, 'postgres'],
      [1, 'postgres'],
    ]);
    server.close();
  });

  it('gives a client another process number and other addresses after an info, and doubts its connections', async () => {
    const server = await echo();
    const { events, burst } = await open('doubts', [server.address], 1);
    const { settled } = await burst();
    const processes = events.filter(({ type }) => type === 'info').map(({ process }) => process);
    expect(processes).toEqual([0, 1]);
    expect(settled.connections?.some(({ doubtful }) => doubtful)).toBe(true);
    await burst();
    expect(events.at(-1)?.process).toBe(3);
    server.close();
  });
});

describe('a program that does not', () => {
  it.each([
    ['prints', /expected one JSON object a line on stdout, got "Hello, world"/],
    ['another shape', /client: Invalid input: expected number, received string; .*it was "\{/],
    ['somebody else', /it tells of client 99, whom it does not run/],
    ['one attempt too few', /expected every attempt to have ended before "done": client 0 ended 1 of its 2/],
    ['an answer too many', /client \d tells of "ok" before its "invoke"/],
    ['no invoke', /client \d tells of "note" before its "invoke"/],
    ['a time to come', /client \d tells of a time that has not come yet/],
    ['begins early', /client \d began at -\d+ ns, before its turn at 0 ns/],
    ['a span outside', /client \d tells of a span that is not within its attempt/],
    ['an event too early', /expected events between "go" and "done" only/],
    ['another answer', /expected "ready" as the answer to "reset", got "done"/],
    ['a line without an end', /expected lines, got 67,\d{3},\d{3} characters without an end/],
  ])('is told so and ended: %s', async (wrong, problem) => {
    const { burst } = await open(wrong);
    await expect(burst()).rejects.toMatchObject({
      error: { kind: 'mistake', message: expect.stringMatching(problem) as string },
    });
    await links.at(-1)!.kill();
    expect(groupRuns(guarded.at(-1)!)).toBe(false);
  });

  it.each([
    ['another protocol', /protocol: Invalid input: expected 1/],
    ['another clock', /expected monotonicNs of this machine's monotonic clock/],
  ])('is not begun with: %s', async (wrong, problem) => {
    await expect(askHello(commandOf(wrong), watched)).rejects.toThrow(problem);
  });

  it('is told what it said itself where it does not know an operation, or cannot reset', async () => {
    const { burst } = await open('nothing');
    await expect(burst('cancel')).rejects.toThrow('the program said: unknown operation cancel');
    await expect((await open('cannot reset')).burst()).rejects.toMatchObject({
      error: { kind: 'failure', message: 'the program said: the disk is full' },
    });
  });

  it('is killed when it is silent, and its last words on stderr are told', async () => {
    const { burst } = await open('silent at go');
    // Long enough for it to say its last words.
    const gone = burst('book', 3_000);
    await expect(gone).rejects.toThrow(HostGone);
    await expect(gone).rejects.toThrow(
      'the target\'s program did not answer "go" within 3 s and was killed; it printed:\nthinking',
    );
    await links.at(-1)!.kill();
    expect(groupRuns(guarded.at(-1)!)).toBe(false);
  });

  it('is gone where it exits, with its code, its last words, and what it told until then', async () => {
    await expect(askHello(commandOf('exits at once'), watched)).rejects.toThrow(
      "the target's program exited with code 7; it printed:\nno licence",
    );
    await expect(askHello({ command: 'no-such-program-here', cwd: '/' }, watched)).rejects.toThrow(
      /exited with code 127/,
    );
    const { burst, events } = await open('dies in a burst');
    await expect(burst()).rejects.toThrow("the target's program exited with code 9");
    expect(events.some(({ type }) => type === 'invoke')).toBe(true);
  });

  it('takes along what it started itself', async () => {
    const { link } = await open('a child that outlives it');
    const leader = guarded.at(-1)!;
    expect(groupRuns(leader)).toBe(true);
    await link.request({ type: 'stop' }, LIMIT_MS);
    await link.kill();
    expect(groupRuns(leader)).toBe(false);
  });
});
