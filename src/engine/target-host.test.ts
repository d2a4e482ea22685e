import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ContractTypes } from '../core/contract.js';
import type { HistoryEvent } from '../core/history.js';
import type { Client, Target } from '../core/target.js';
import { HostFailure } from './host-failure.js';
import type { HostRequest } from './protocol.js';
import { TargetHost } from './target-host.js';

type Counting = {
  readonly operations: { readonly draw: { readonly input: null; readonly output: number } };
  readonly initial: null;
  readonly final: { readonly attempts: number };
};

/** A target that counts its attempts, and whose reset or read fails when it is told so. */
function countingHost(client?: () => Promise<Client<Counting>>) {
  const state = { attempts: 0, resetFails: false, readFails: false };
  const events: HistoryEvent[] = [];
  const target: Target<Counting> = {
    ...{ contract: 'tickets', id: 'memory/counting', summary: '', prevents: '', costs: '', source: '' },
    expectations: {},
    open: () =>
      Promise.resolve({
        setup: () => Promise.resolve(),
        reset: () => (state.resetFails ? Promise.reject(new HostFailure(FAILURE)) : Promise.resolve()),
        read: () =>
          state.readFails
            ? Promise.reject(new HostFailure(FAILURE))
            : Promise.resolve({ attempts: state.attempts }),
        client:
          client ??
          (() =>
            Promise.resolve({
              draw: () => Promise.resolve((state.attempts += 1)),
              close: () => Promise.resolve(),
            })),
        close: () => Promise.resolve(),
      }),
  };
  const host = new TargetHost({
    resolve: () => Promise.resolve(target as unknown as Target<ContractTypes>),
    errorsOf: () => Promise.resolve([]),
    emit: (some) => events.push(...some),
  });
  return { state, events, host };
}

const FAILURE = { kind: 'failure', message: 'no room on the disk' } as const;

const LOAD: HostRequest = {
  ...{ type: 'load', target: { kind: 'file', path: '' }, addresses: [], parameters: {}, seed: 's' },
  ...{ timeoutMs: 1_000, clients: [{ client: 0, process: 0 }], totalClients: 1, setup: true, lead: true },
};

const ARM: HostRequest = {
  ...{ type: 'arm', trial: 0, faults: [], renew: [] },
  plans: [{ client: 0, delayNs: 0, attempts: [{ f: 'draw', input: null }] }],
};

const TRIAL: readonly HostRequest[] = [
  { type: 'reset', initial: null },
  ARM,
  { type: 'go', thenReads: true },
  { type: 'settle' },
  { type: 'early-read' },
];

const BEHIND: HostRequest = { type: 'reset', initial: null, ifClear: true };

describe('a host that is asked for a whole trial ahead', () => {
  it('does one thing after the other, and tells what happened before it answers with the final state', async () => {
    const { events, host } = countingHost();
    await host.handle(LOAD);
    const replies = TRIAL.map((request) => host.handle(request));
    expect(await replies.at(-1)).toEqual({ final: { attempts: 1 } });
    expect(events.map(({ type }) => type)).toEqual(['invoke', 'ok']);
  });

  it('makes no attempt where the reset before it failed, and does again after one that did not', async () => {
    const { state, host } = countingHost();
    await host.handle(LOAD);
    state.resetFails = true;
    const replies = await Promise.allSettled(TRIAL.map((request) => host.handle(request)));
    expect(replies[0]).toMatchObject({ status: 'rejected', reason: { error: FAILURE } });
    expect(replies[2]).toMatchObject({ status: 'rejected', reason: { error: FAILURE } });
    expect(state.attempts).toBe(0);
    state.resetFails = false;
    await Promise.all(TRIAL.map((request) => host.handle(request)));
    expect(state.attempts).toBe(1);
  });

  /** Two trials, the second asked for before the first has begun. */
  const together = (host: TargetHost) =>
    Promise.allSettled([...TRIAL, BEHIND, ...TRIAL.slice(1)].map((request) => host.handle(request)));

  it('begins the next by itself after one that left nothing', async () => {
    const { state, host } = countingHost();
    await host.handle(LOAD);
    const replies = await together(host);
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill('fulfilled'));
    expect(replies[3]).toMatchObject({ value: { isClear: true } });
    expect(state.attempts).toBe(2);
    // Of what is open it has told, and that has not changed.
    const connections = [replies[1], replies[3], replies[6], replies[8]].map(
      (reply) => (reply as { readonly value: object }).value,
    );
    expect(connections.map((value) => 'connections' in value)).toEqual([true, true, false, false]);
  });

  it.each([
    ['whose answer never came', () => new Promise<never>(() => undefined)],
    ['whose code is wrong', () => Promise.reject(new TypeError('x is not a function'))],
  ])('passes the next over, whole, after one %s, and begins it when asked again', async (_which, draw) => {
    let attempts = 0;
    const { host } = countingHost(() => {
      const first = attempts === 0;
      return Promise.resolve({
        draw: () => {
          attempts += 1;
          return first ? draw() : Promise.resolve(0);
        },
        close: () => Promise.resolve(),
      });
    });
    await host.handle({ ...LOAD, timeoutMs: 20 });
    const replies = await together(host);
    expect(replies[3]).toMatchObject({ value: { isClear: false } });
    const passedOver = { status: 'rejected', reason: { error: { kind: 'passed-over' } } };
    for (const reply of replies.slice(TRIAL.length)) expect(reply).toMatchObject(passedOver);
    expect(attempts).toBe(1);
    await Promise.allSettled(TRIAL.map((request) => host.handle(request)));
    expect(attempts).toBe(2);
  });

  it('passes the next over after one whose final state could not be read', async () => {
    const { state, host } = countingHost();
    await host.handle(LOAD);
    state.readFails = true;
    const replies = await together(host);
    expect(replies[4]).toMatchObject({ status: 'rejected', reason: { error: FAILURE } });
    expect(replies[5]).toMatchObject({ status: 'rejected', reason: { error: { kind: 'passed-over' } } });
    expect(state.attempts).toBe(1);
  });
});

it('leaves no timer behind where a client cannot be opened again', async () => {
  const begun = vi.spyOn(globalThis, 'setInterval');
  const ended = vi.spyOn(globalThis, 'clearInterval');
  onTestFinished(() => [begun, ended].forEach((spy) => spy.mockRestore()));
  let opened = 0;
  const { host } = countingHost(() => {
    opened += 1;
    if (opened > 1) return Promise.reject(new HostFailure(FAILURE));
    return Promise.resolve({ draw: () => Promise.reject(new Error('lost')), close: () => Promise.resolve() });
  });
  await host.handle(LOAD);
  const draw = { f: 'draw', input: null };
  await host.handle({ ...ARM, plans: [{ client: 0, delayNs: 0, attempts: [draw, draw] }] });
  await expect(host.handle({ type: 'go' })).rejects.toMatchObject({ error: FAILURE });
  expect(begun).toHaveBeenCalled();
  const timers = begun.mock.results.map(({ value }) => value as NodeJS.Timeout);
  expect(timers.filter((timer) => !ended.mock.calls.flat().includes(timer))).toEqual([]);
});

it('goes on where what is to be closed throws, and closes the rest', async () => {
  const closed: string[] = [];
  const { host } = countingHost(() =>
    Promise.resolve({
      draw: () => new Promise<never>(() => undefined),
      // As code does that is no async function.
      close: () => {
        closed.push('client');
        throw new TypeError('there is no connection');
      },
    }),
  );
  await host.handle({ ...LOAD, timeoutMs: 20, clients: [0, 1].map(of), totalClients: 2 });
  const draw = { f: 'draw', input: null };
  const idle = { client: 1, delayNs: 0, attempts: [] };
  await host.handle({ ...ARM, plans: [{ client: 0, delayNs: 0, attempts: [draw, draw] }, idle] });
  await host.handle({ type: 'go' });
  expect(await host.handle({ type: 'settle' })).toMatchObject({ isClear: false });
  expect(await host.handle({ type: 'stop' })).toBe(false);
  expect(closed).toEqual(['client', 'client', 'client']);
});

const of = (client: number) => ({ client, process: client });
