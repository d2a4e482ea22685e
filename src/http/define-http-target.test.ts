import { describe, expect, it } from 'vitest';
import { seats, type SeatsFinal } from '../../scenarios/seats/contract.js';
import { defineHttpTarget } from './define-http-target.js';

const REST = {
  name: 'bus',
  contract: seats,
  baseUrl: 'http://127.0.0.1:3000',
  reset: () => Promise.resolve(),
  state: { request: { path: '/state' }, final: () => ({ trips: [], bookings: [] }) as SeatsFinal },
};

const BOOK = { request: () => ({ path: '/' }), outcome: () => ({ result: 'locked' as const }) };

/** The compiler is the test: what it must not accept is marked, and a mark without a mistake is one itself. */
describe('the definition of an API is typed by its contract:', () => {
  it('an outcome is one of the contract, and its words need no type beside them', () => {
    const target = defineHttpTarget({
      ...REST,
      operations: {
        bookSeat: {
          request: ({ trip, student }) => ({ path: `/trips/${trip}`, body: { student } }),
          outcome: ({ status }) => ({ result: status === 201 ? 'booked' : 'no-seat' }),
        },
      },
    });
    expect(target).toMatchObject({
      id: 'http/bus',
      contract: 'seats',
      stores: ['http'],
      api: { problems: [] },
    });
    defineHttpTarget({
      ...REST,
      operations: {
        bookSeat: {
          // @ts-expect-error there is no such field in the input
          request: ({ bus }) => ({ path: `/trips/${String(bus)}` }),
          // @ts-expect-error there is no such outcome
          outcome: () => ({ result: 'sold' }),
        },
      },
    });
  });

  it('every operation is there, and no other', () => {
    // @ts-expect-error bookSeat is missing
    const { api } = defineHttpTarget({ ...REST, operations: {} });
    expect(api?.problems).toEqual(['operations.bookSeat: expected { request, outcome }, got nothing']);
  });

  it('no part has a name that nothing reads, or a value that nobody understands', () => {
    const { api } = defineHttpTarget({
      ...{ ...REST, operations: { bookSeat: BOOK }, insecure: 'yes', sync: 'fast', decoyPath: 'health' },
      ...{ settel: { afterMs: 5 } },
      start: {
        ...{ command: 'node server.js', cmd: 'node', stopSignal: 'TERM', stopWithinMs: -1 },
        readyWhen: { path: '/', within: 5 },
      },
    } as unknown as Parameters<typeof defineHttpTarget<typeof seats>>[0]);
    expect(api?.problems).toEqual([
      'insecure: expected true or false, got "yes"',
      'sync: expected one of auto, last-byte, single-packet, none, got "fast"',
      'decoyPath: expected a path such as /health, got "health"',
      expect.stringMatching(/^settel: expected one of contract, .*settle/),
      expect.stringMatching(/^start.cmd: expected one of command, /),
      'start.stopSignal: expected a signal such as SIGTERM, got "TERM"',
      'start.stopWithinMs: expected milliseconds from 0 on, got -1',
      'start.readyWhen.within: expected one of path, output, withinMs',
    ]);
  });

  it('a control can be another than the target, and is told in words that somebody reads', () => {
    const start = { command: 'node server.js', env: { LOCKING: 'on' } };
    const problemsOf = (control: unknown, more: object = { start }) =>
      defineHttpTarget({
        ...{ ...REST, operations: { bookSeat: BOOK }, ...more, control },
      } as unknown as Parameters<typeof defineHttpTarget<typeof seats>>[0]).api?.problems;
    expect(problemsOf({ env: { LOCKING: 'off' }, shows: ['oversold'] })).toEqual([]);
    expect(problemsOf({ target: 'http/old-bus' })).toEqual([]);
    expect(problemsOf({ env: {} })).toEqual([
      'control.env: expected a variable that takes away what makes it right, got none: it would be the same command',
    ]);
    // To try the target itself without its locks.
    expect(problemsOf({ env: { LOCKING: 'on' } })).toEqual([]);
    const itself = 'control.target: expected another target, got ';
    expect(['bus', 'http/bus'].map((target) => problemsOf({ target }))).toEqual([
      [`${itself}bus itself`],
      [`${itself}http/bus itself`],
    ]);
    expect(problemsOf({ env: { LOCKING: 'off' }, target: 'http/old-bus' })).toEqual([
      expect.stringContaining('control: expected { env } or { target }, got {'),
    ]);
    expect(problemsOf({ env: { LOCKING: 'off' }, show: ['oversold'], shows: 'oversold' })).toEqual([
      'control.show: expected one of env, target, shows',
      `control.shows: expected a list of anomalies such as ['oversold'], got "oversold"`,
    ]);
    expect(problemsOf({ env: { LOCKING: 'off' } }, {})).toEqual([
      'control.env: it is the environment of a command, and no command is started (start)',
    ]);
    expect(problemsOf(undefined, { expectations: { 'last-seat': 'hold', 'school-bus': 'holds' } })).toEqual([
      'expectations.last-seat: expected one of holds, violated, gives-up, got "hold"',
    ]);
  });

  it('a command is given the stores that are named', () => {
    const target = defineHttpTarget({
      ...REST,
      stores: ['redis'],
      start: {
        command: 'node server.js',
        env: ({ port, stores }) => ({
          REDIS: stores.redis.url,
          PORT: String(port),
          // @ts-expect-error only redis is named
          DB: String(stores.postgres),
        }),
      },
      operations: { bookSeat: BOOK },
    });
    expect(target.stores).toEqual(['http', 'redis']);
  });
});
