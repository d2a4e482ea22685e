import { describe, expect } from 'vitest';
import { it } from './fixtures/user-folder.fixture.js';

describe.concurrent('race-check list', { timeout: 30_000 }, () => {
  it('tells all that is known of what is named: a scenario with what each target claims in it', async ({
    folder,
  }) => {
    const { code, stdout } = await folder.run(['list', 'stale-lock']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^seats\n {2}stale-lock +A dead client/);
    expect(stdout).toMatch(
      /^ {2}file\/lock-file\n(?: {4}.*\n)* {4}claims +violated: stale-lock\n {4}source +https/m,
    );
    expect(stdout).toMatch(/^ {4}prevents +Overbooking, between processes too/m);
    expect(stdout).not.toContain('school-bus');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('tells of a target in each contract, also as JSON', async ({ folder }) => {
    const { stdout } = await folder.run(['list', 'redis/set-nx', '--json']);
    const contracts = JSON.parse(stdout) as { contract: string; targets: { id: string }[] }[];
    expect(contracts.map(({ contract }) => contract).sort()).toEqual(['bookings', 'seats']);
    expect(contracts.flatMap(({ targets }) => targets.map(({ id }) => id))).toEqual(
      Array(2).fill('redis/set-nx'),
    );
  });

  it('tells of a strategy on each store, named without one', async ({ folder }) => {
    const { code, stdout } = await folder.run(['list', 'conditional-update']);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}\S+\/\S+$/gm)).toEqual(
      ['mongodb/conditional-update', 'postgres/conditional-update'].map((id) => `  ${id}`),
    );
  });

  it('names every word that stands for nothing', async ({ folder }) => {
    const { code, stderr } = await folder.run(['list', 'seat', 'redis/setnx', 'seats']);
    expect(code).toBe(4);
    expect(stderr).toContain('there is no contract, scenario or target "seat", did you mean "seats"?');
    expect(stderr).toContain('"redis/setnx", did you mean "redis/set-nx"?');
  });
});
