import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { Finding } from '../core/checker.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';
import { reportSchema } from '../report/report.js';

interface Judgement {
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly reasons: readonly string[];
}

async function check(folder: UserFolder, file: string, ...more: string[]) {
  const { code, stdout, stderr } = await folder.run(['check', file, '--json', ...more]);
  return { code, stderr, judgement: JSON.parse(stdout) as Judgement };
}

const wordsIn = (text: string) => text.split(/\s+/);

/** Two buyers of one unit, as somebody else's system may have recorded them. */
function lastUnit(secondAnswer: object): string {
  const cart = [{ productId: 1, quantity: 1 }];
  const lines = [
    {
      ...{ format: 'race-check-history', version: 1, contract: 'checkout', scenario: 'last-unit' },
      initial: { products: [{ id: 1, name: 'Lamp', stock: 1 }] },
    },
    { type: 'invoke', timeNs: 0, process: 0, client: 0, f: 'checkout', value: { buyer: 0, cart } },
    { type: 'invoke', timeNs: 10, process: 1, client: 1, f: 'checkout', value: { buyer: 1, cart } },
    { type: 'ok', timeNs: 20, process: 0, client: 0, f: 'checkout', value: { result: 'ordered' } },
    { type: 'ok', timeNs: 30, process: 1, client: 1, f: 'checkout', value: secondAnswer },
    {
      type: 'final',
      value: {
        products: [{ id: 1, name: 'Lamp', stock: 0 }],
        orders: [{ id: 1, buyer: 0, items: cart }],
      },
    },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const REFUSED = {
  ...{ result: 'insufficient-stock', product: 'Lamp', available: 0, requested: 1 },
  message: 'Insufficient stock for Lamp (available: 0, requested: 1)',
};

describe.concurrent('race-check check', { timeout: 120_000 }, () => {
  it('comes to the findings of the run that recorded the history, which stands alone', async ({ folder }) => {
    const words = ['flash-sale', '--target', 'memory/naive', '--seed', 'check', '--quiet'];
    expect((await folder.run(words)).code).toBe(1);
    const report = reportSchema.parse(JSON.parse(folder.read('reports/latest/report.json')));
    folder.write('elsewhere.jsonl', folder.read('reports/latest/history.jsonl'));

    const { code, judgement } = await check(folder, 'elsewhere.jsonl');
    expect(code).toBe(1);
    expect(judgement.verdict).toBe('violated');
    const said = ({ anomaly, grade, message, expected, observed, witness }: Finding) => ({
      ...{ anomaly, grade, message, expected, observed, witness },
    });
    const recorded = judged(report, 'memory/naive').findings.filter(({ trial }) => trial === 1);
    expect(recorded.length).toBeGreaterThan(1);
    // A report has the first finding of each anomaly.
    for (const finding of recorded) {
      expect(judgement.findings.map(said)).toContainEqual(said(finding));
    }
    expect(new Set(judgement.findings.map(({ anomaly }) => anomaly))).toEqual(
      new Set(recorded.map(({ anomaly }) => anomaly)),
    );

    const { stdout } = await folder.run(['check', 'elsewhere.jsonl']);
    expect(stdout).toMatch(
      /^flash-sale {3}memory\/naive {3}33 ok, 0 failed, 0 unknown {3}elsewhere\.jsonl\n/,
    );
    expect(stdout).toContain('✘ lost update: ');
    const narrow = await folder.run(['check', 'elsewhere.jsonl'], { COLUMNS: '50' });
    expect(Math.max(...narrow.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(wordsIn(narrow.stdout)).toEqual(wordsIn(stdout));
    expect(folder.left()).toEqual([]);
  });

  it('is inconclusive on a file that was cut off', async ({ folder }) => {
    const whole = lastUnit({ result: 'ordered' });
    folder.write('no-final.jsonl', whole.slice(0, whole.lastIndexOf('{"type":"final"')));
    folder.write('in-half.jsonl', whole.slice(0, -40));
    folder.write('in-header.jsonl', whole.slice(0, 40));
    folder.write('empty.jsonl', '');
    for (const [file, ok] of [
      ['no-final.jsonl', 2],
      ['in-half.jsonl', 2],
      ['in-header.jsonl', 0],
      ['empty.jsonl', 0],
    ] as const) {
      const { code, judgement } = await check(folder, file);
      expect(code).toBe(2);
      const operations = { ok, fail: 0, info: 0 };
      expect(judgement).toMatchObject({ verdict: 'inconclusive', findings: [], operations });
      expect(judgement.reasons.join()).toMatch(/final state .*is missing|The file is empty/);
    }
  });

  it('names the lines of what is no history, with exit code 4', async ({ folder }) => {
    const lines = lastUnit(REFUSED).split('\n');
    folder.write(
      'odd.jsonl',
      lines.with(2, 'not even JSON').with(4, lines[4]!.replace('"timeNs":30', '"timeNs":"late"')).join('\n'),
    );
    const { code, stdout, stderr } = await folder.run(['check', 'odd.jsonl']);
    expect(stderr).toContain('line 3: expected one JSON object, came not even JSON');
    expect(stderr).toContain('line 5: timeNs: ');
    expect(stdout).toBe('');
    expect(code).toBe(4);

    folder.write('other.jsonl', '{"a":1}\n');
    const other = await folder.run(['check', 'other.jsonl']);
    expect(other.stderr).toContain('line 1: expected the header of a history');
    expect(other.code).toBe(4);
  });

  it('refuses a file that is not there, a scenario that nobody knows, and one of another contract', async ({
    folder,
  }) => {
    const gone = await folder.run(['check', 'gone.jsonl']);
    expect(gone.stderr).toContain('got gone.jsonl: there is no such file');
    folder.write('foreign.jsonl', lastUnit(REFUSED).replace('last-unit', 'last-lamp'));
    const foreign = await folder.run(['check', 'foreign.jsonl']);
    expect(foreign.stderr).toContain('the scenario "last-lamp", which is none of ours: name its file with');
    folder.write('seats.jsonl', lastUnit(REFUSED).replace('"checkout"', '"seats"'));
    const seats = await folder.run(['check', 'seats.jsonl']);
    expect(seats.stderr).toContain('it is of the contract "seats", and the scenario of "checkout"');
    expect([gone.code, foreign.code, seats.code]).toEqual([4, 4, 4]);
  });

  it('judges a history that was written by hand', async ({ folder }) => {
    folder.write('right.jsonl', lastUnit(REFUSED));
    folder.write('wrong.jsonl', lastUnit({ result: 'ordered' }));
    const right = await check(folder, 'right.jsonl');
    expect(right).toMatchObject({ code: 0, judgement: { verdict: 'holds', findings: [] } });
    const wrong = await check(folder, 'wrong.jsonl');
    expect(wrong.code).toBe(1);
    expect(wrong.judgement.findings.map(({ anomaly }) => anomaly)).toEqual(
      expect.arrayContaining(['oversold', 'order-missing']),
    );
  });

  it('judges what the format document shows', async ({ folder }) => {
    const text = readFileSync(new URL('../../docs/history-format.md', import.meta.url), 'utf8');
    folder.write('shown.jsonl', /```jsonl\n([^]*?)```/.exec(text)?.[1] ?? '');
    const { code, judgement } = await check(folder, 'shown.jsonl');
    expect(code).toBe(1);
    expect(judgement.findings.map(({ anomaly }) => anomaly)).toContain('lost-update');
  });
});
