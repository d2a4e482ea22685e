import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTarget, TARGETS, targetIds } from './index.js';
import { SAYS_WHAT_NOT } from './prevents.fixture.js';

const SHARED = new Set([
  'routes',
  'schema',
  'state',
  'steps',
  'request-queue',
  'two-stores',
  'number-sources',
  'tables',
  'row-locks',
  'lock-manager',
  'under-locks',
]);

const CONTRACTS = ['checkout', 'customers', 'seats', 'bookings', 'orders'] as const;

describe.each(CONTRACTS)('the registry of %s', (contract) => {
  const folder = path.join(import.meta.dirname, contract);

  async function strategyFiles(): Promise<string[]> {
    const files = await readdir(folder, { recursive: true });
    return files
      .map((file) => file.split(path.sep).join('/'))
      .filter((file) => /^[^/]+\/[^/.]+\.ts$/.test(file))
      .map((file) => file.slice(0, -'.ts'.length))
      .filter((id) => !SHARED.has(path.posix.basename(id)));
  }

  it('has one entry for each strategy file, and no other', async () => {
    expect([...targetIds(contract)].sort()).toEqual((await strategyFiles()).sort());
  });

  it.each(targetIds(contract))('loads %s, whose id is its folder and file name', async (id) => {
    const target = await loadTarget(contract, id);
    expect(target).toMatchObject({ id, contract });
  });

  it.each(targetIds(contract))(
    'says of %s what it does, prevents and costs, and where that is written',
    async (id) => {
      const target = await TARGETS[contract][id]?.();
      const { summary, prevents, costs, source } = target?.default ?? {};
      for (const words of [summary, prevents, costs]) expect(words).toMatch(/\.$/);
      expect(prevents, 'it says as well what it does not prevent').toMatch(SAYS_WHAT_NOT);
      expect(source).toMatch(/^https:\/\//);
    },
  );

  it('says of each that opens a transaction on MongoDB that it needs a server which has them', async () => {
    const files = (await strategyFiles()).filter((id) => id.startsWith('mongodb/'));
    for (const id of files) {
      const code = await readFile(path.join(folder, `${id}.ts`), 'utf8');
      const { needs = [] } = (await loadTarget(contract, id)) ?? {};
      expect({ id, needs }).toEqual({ id, needs: code.includes('inTransaction(') ? ['transactions'] : [] });
    }
  });

  it('answers an unknown id with nothing', async () => {
    expect(await loadTarget(contract, 'postgres/no-such-strategy')).toBeUndefined();
    expect(await loadTarget(contract, 'constructor')).toBeUndefined();
  });
});
