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
    const book = { request: () => ({ path: '/' }), outcome: () => ({ result: 'locked' as const }) };
    const { api } = defineHttpTarget({
      ...{ ...REST, operations: { bookSeat: book }, insecure: 'yes', sync: 'fast', decoyPath: 'health' },
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

  it('a command is given the stores that are named', () => {
    const book = { request: () => ({ path: '/' }), outcome: () => ({ result: 'locked' as const }) };
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
      operations: { bookSeat: book },
    });
    expect(target.stores).toEqual(['http', 'redis']);
  });
});
