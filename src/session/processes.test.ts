import { describe, expect, it } from 'vitest';
import { UsageError } from '../core/usage-error.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import type { SessionOptions } from './options.js';
import { planSession } from './plan-session.js';
import { demandSpreadable } from './processes.js';
import { atomic, drawing, naive } from './tickets.fixture.js';

async function problemsOf(options: SessionOptions): Promise<readonly string[]> {
  try {
    await planSession(options);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

const onFiles = { scenario: 'school-bus', targets: ['file/naive', 'file/memory-mutex'] };

describe('clients over several processes', () => {
  it('are one process unless more are asked for', async () => {
    expect(await planSession(onFiles)).toMatchObject({ processes: 1 });
    expect(await planSession({ ...onFiles, processes: 4 })).toMatchObject({ processes: 4 });
  });

  it.each([0, -1, 1.5, 65, NaN])('cannot be %d processes', async (processes) => {
    expect(await problemsOf({ ...onFiles, processes })).toEqual([
      `expected a whole number from 1 to 64 for processes, got ${processes}`,
    ]);
  });

  it('cannot be more processes than clients', async () => {
    expect(await problemsOf({ ...onFiles, parameters: { clients: 3 }, processes: 4 })).toEqual([
      'expected at most as many processes as clients (3), got 4',
    ]);
  });

  it('are refused for a target whose data is in memory, with the reason', async () => {
    const targets = ['memory/mutex', 'file/naive', 'memory/naive'];
    expect(await problemsOf({ scenario: 'school-bus', targets, processes: 2 })).toEqual([
      'memory/mutex cannot be spread over 2 processes: the data is in the memory of one process, where no other can see it',
      'memory/naive cannot be spread over 2 processes: the data is in the memory of one process, where no other can see it',
    ]);
    expect(await problemsOf({ scenario: 'school-bus', processes: 2 })).toHaveLength(1);
  });

  it('are skipped, not refused, for such a target among all that a contract has', async () => {
    const plan = await planSession({ scenario: 'school-bus', command: 'compare', processes: 2 });
    const bound = plan.named.find(({ target }) => target.id === 'memory/mutex')!;
    expect(() => demandSpreadable(bound.target, 2)).toThrow('in the memory of one process');
    expect(() => demandSpreadable(bound.target, 1)).not.toThrow();
    const other = plan.named.find(({ target }) => target.id === 'file/memory-mutex')!;
    expect(() => demandSpreadable(other.target, 2)).not.toThrow();
  });

  it('are refused for a target that is an object: no other process could have it', async () => {
    const target = { ...atomic, id: 'file/mine' } as unknown as AnyTarget;
    const scenario = drawing as unknown as AnyScenario;
    const options = { scenario, targets: [target, naive as unknown as AnyTarget] };
    expect((await problemsOf({ ...options, processes: 2 }))[0]).toBe(
      'file/mine was handed over as an object, which lives in this process: name its file to spread it over 2 processes',
    );
    expect(await problemsOf(options)).toEqual([]);
  });
});
