import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JudgedTarget, Report } from './report.js';
import { reportMarkdown } from './report-markdown.js';
import {
  caught,
  compareAll,
  fixtures,
  gateHolds,
  gateInconclusive,
  gateInterrupted,
  gateNotRun,
  gateViolated,
  holding,
  oversold,
  violatedThroughout,
  upperBound,
} from './report.fixture.js';
import { renderTerminal } from './terminal.js';
import { textWidth } from './text-width.js';

const written = { folder: 'reports/flash-sale/20260214-093012-7f3a91', latest: 'reports/latest' };
const render = (report: Report, width = 80, colour = false) =>
  renderTerminal(report, { width, colour, written });
const rowOf = (text: string, target: string) =>
  text.split('\n').find((line) => line.startsWith(` ${target} `)) ?? '';
const withTargets = (...targets: JudgedTarget[]): Report => ({ ...gateHolds, targets });
/** Without its line breaks, so that a test need not know where they fall. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('a report on a terminal', () => {
  it.each([
    ['gateHolds', 80],
    ['gateHolds', 120],
    ['gateViolated', 80],
    ['compareAll', 80],
    ['compareAll', 120],
  ])('%s at %i columns looks as it always did', async (name, width) => {
    const text = render(fixtures[name] as Report, width);
    await expect(text).toMatchFileSnapshot(`__snapshots__/${name}-${width}.txt`);
  });

  const extreme = withTargets(
    holding('postgres/a-strategy-with-a-name-that-goes-on-and-on', 1_000, {
      counts: { retry: 12_345_678, deadlock: 1_234_567 },
      gaveUp: { failed: 1_234_567, refused: 1_234_567, operations: 12_345_678 },
      tally: Object.fromEntries(
        ['ordered', 'refused', 'left', 'returned', 'exchanged', 'lost on the way'].map((name) => [
          name,
          { min: -1_234_567, median: 0, max: 12_345_678 },
        ]),
      ),
      overlap: { interleavedPairs: 123_456_789, possiblePairs: 123_456_789 },
    }),
    caught('http/在庫を確認してから書き込む', { reasons: ['x'.repeat(300)] }),
  );

  it.each([60, 72, 80, 100, 120, 160, 200])('has no line of more than %i columns', (width) => {
    for (const report of [...Object.values(fixtures), extreme]) {
      const lines = stripVTControlCharacters(render(report, width, true)).split('\n');
      const tooLong = lines.filter((line) => textWidth(line) > width && !line.includes('race-check'));
      expect(tooLong).toEqual([]);
    }
  });

  it('has a row for each target at any width, and never gives up its verdict or its violations', () => {
    for (const width of [60, 80, 120, 200]) {
      const text = render(compareAll, width);
      for (const { id } of compareAll.targets) {
        const strategy = id.split('/')[1] ?? '';
        const row = text
          .split('\n')
          .find((line) => new RegExp(`^ +(\\w+/)?${strategy} .*(holds|violated)`).test(line));
        expect(row, `${id} at ${width}`).toMatch(/(✔ holds|✘ violated).* \d+ of 59/);
      }
    }
  });

  it('has the longest wait for a lock, and says where a server can only have seen less', () => {
    const waits = { count: 3, meanMs: 2, longestMs: 12.3 };
    const of = (id: string, more: Partial<JudgedTarget['monitoring']>) =>
      holding(id, 1, { monitoring: { ...holding(id).monitoring, ...more } });
    const targets = [
      of('a/noted', { lockWaits: waits, serverLockWaits: { ...waits, trials: 12, longestMs: 9 } }),
      of('a/seen', { serverLockWaits: { ...waits, trials: 12 } }),
      of('a/unseen', { serverLockWaits: { trials: 12, count: 0, meanMs: 0, longestMs: 0 } }),
      of('a/unasked', {}),
    ];
    const lines = render({ ...compareAll, targets }, 200).split('\n');
    const end = (lines.find((line) => line.startsWith(' target'))?.indexOf('lock wait') ?? -1) + 9;
    const cells = targets.map(({ id }) =>
      lines
        .find((line) => line.startsWith(` ${id} `))!
        .slice(0, end)
        .split('  ')
        .at(-1)!
        .trim(),
    );
    expect(cells).toEqual(['12 ms', '≥ 12 ms', 'none seen', '-']);
  });

  it('counts the sessions that were left in a transaction, at any width, and only where there are any', () => {
    const left = { ...holding('a/left').monitoring, idleInTransaction: 78 };
    const targets = [holding('a/left', 1, { monitoring: left }), holding('a/clean')];
    for (const width of [80, 100, 200]) {
      const lines = render({ ...compareAll, targets }, width).split('\n');
      const end = (lines.find((line) => line.startsWith(' target'))?.indexOf('idle in tx') ?? -1) + 10;
      const cells = targets.map(({ id }) => lines.find((line) => line.startsWith(` ${id} `))!.slice(0, end));
      expect(cells.map((cell) => cell.split(' ').at(-1))).toEqual(['78', '0']);
    }
    expect(render(compareAll, 200)).not.toContain('idle in tx');
  });

  it('shows every column where there is room, and says which it left out where there is none', () => {
    const columns = ['rate', 'refused', 'failed', 'p95', 'p99', 'retries', 'deadlocks', 'overlap'];
    const wide = render(compareAll, 200);
    expect(wide).not.toContain('A wider terminal');
    const header = wide.split('\n').find((line) => line.startsWith(' target')) ?? '';
    expect(header.trim().split(/ {2,}/)).toEqual(
      [
        'target',
        'verdict',
        'violated',
        'rate',
        'ordered',
        'refused',
        'left',
        'failed',
        'p50',
        'p95',
        'p99',
      ].concat(['ops/s', 'retries', 'deadlocks', 'overlap']),
    );
    expect(flat(render(compareAll, 80))).toContain(`A wider terminal also shows ${columns.join(', ')}.`);
  });

  it('leaves out of a table of APIs what goes on in them unseen', () => {
    const apis = { ...gateHolds, targets: [holding('http/my-shop', 4.2)] };
    expect(render(gateHolds, 200)).toContain('retries');
    expect(render(apis, 200)).not.toMatch(/retries|deadlocks/);
  });

  it('has the figures of the report in its rows', () => {
    const wide = render(compareAll, 200);
    expect(rowOf(wide, 'postgres/optimistic').trim().split(/ {2,}/)).toEqual(
      [
        'postgres/optimistic',
        '✔ holds',
        '0 of 59',
        '< 5.0 %',
        '20',
        '13',
        '0',
        '0',
        '62 ms',
        '124 ms',
      ].concat(['140 ms', '388', '12,345', '0', '14,352 pairs']),
    );
    expect(rowOf(wide, 'postgres/queue-many-workers')).toContain('41 of 59   56-81 %    31-33');
    expect(rowOf(wide, 'postgres/check-then-decrement')).toContain('-13..-11');
  });

  it('says of a comparison within a budget how much of it was used, and that trials may be missing', () => {
    const bounded = { ...compareAll, budget: { totalMs: 120_000, usedMs: 75_000 } };
    expect(flat(render(bounded, 120))).toContain(
      'up to 59 trials a target, 95 % confidence 1 min 15 s of a budget of 2 min',
    );
    expect(reportMarkdown(bounded)).toContain('up to 59 trials a target');
  });

  it('never shows a bare verdict where operations came to nothing', () => {
    expect(rowOf(render(compareAll, 200), 'postgres/repeatable-read')).toContain(
      '✔ holds, 1,876 of 1,947 failed ',
    );
    expect(render(compareAll, 80)).toMatch(/repeatable-read +✔ holds, .*\n +1,876 of 1,947 failed\n/);
    const both = holding('a/b', 1, { gaveUp: { failed: 3, refused: 4, operations: 10 } });
    expect(render(withTargets(both), 160)).toContain('✔ holds, 3 failed and 4 refused of 10');
    const refused = holding('a/b', 1, { gaveUp: { failed: 0, refused: 4, operations: 10 } });
    expect(render(withTargets(refused))).toContain('a/b holds, but 4 of 10 refused: if it can fail');
  });

  it('never shows a bare ✔ where operations may have happened or not, and says what the first of them said', () => {
    const unclear = holding('a/b', 1, {
      operations: { ok: 1_940, fail: 0, info: 7 },
      errors: { timeout: 2, Error: 5 },
      errorMessages: { timeout: 'no answer within 300 ms', Error: 'the till is closed' },
    });
    expect(render(withTargets(unclear), 160)).toContain('✔ holds, 7 of 1,947 unclear');
    expect(flat(render(withTargets(unclear)))).toContain('a/b holds, but 7 of 1,947 unclear:');
    expect(flat(render(withTargets(unclear)))).toContain(
      'What is unclear may have happened or not; the first said: the till is closed.',
    );
    const strict = { ...withTargets(unclear), plan: { ...gateHolds.plan, strict: true } };
    expect(flat(render(strict))).toContain('With --strict that fails.');

    const alsoFailed = { ...unclear, operations: { ok: 1_937, fail: 3, info: 7 } };
    const gaveUp = { failed: 3, refused: 0, operations: 1_947 };
    const both = render(withTargets({ ...alsoFailed, gaveUp }), 160);
    expect(both).toContain('✔ holds, 3 failed and 7 unclear of 1,947');
    expect(both).not.toContain('the first said');
  });

  it('does not count clients as unclear that die because the scenario says so', () => {
    const crashed = holding('a/b', 1, {
      operations: { ok: 1_940, fail: 0, info: 7 },
      errors: { crashed: 7 },
      errorMessages: { crashed: 'the client died at a point' },
    });
    expect(render(withTargets(crashed), 160)).not.toContain('unclear');
  });

  it('says what a pass is worth: bound, trials, overlap, the least tried kind of start, the control', () => {
    expect(flat(render(gateHolds))).toContain(
      '✔ postgres/for-update holds: if it can fail, it fails in fewer than 5.0 % of such trials (95 % confidence, 59 trials, 14,352 interleaved pairs; least tried start, shifted-pairs: 0 of 19, < 14.6 %; the control postgres/naive was caught in trial 1).',
    );
  });

  it('says what a violation is, where it was caught, and shows the events that prove it', () => {
    const text = render(gateViolated);
    expect(flat(text)).toContain(
      '✘ postgres/naive violated, oversold: 33 orders for 20 units. Lost update: buyers 4 and 9 both read stock = 17 and both wrote 16. Caught in trial 1 (simultaneous start).',
    );
    expect(text).toMatch(
      /lost update, as trial 1 saw it:\n +ms +client +event\n +0\.105 +4 +checkout buyer=4 /,
    );
    expect(text).toContain('    2.101       9  ok result=ordered');
  });

  it('says how many events of a witness it left out', () => {
    const [finding] = caught('a/b').findings;
    if (finding === undefined) throw new Error('the fixture has no finding');
    expect(render(withTargets(caught('a/b', { findings: [finding] })))).toContain('    and 38 more');
  });

  it('says of a target that holds that it fails with --strict, where it does', () => {
    const gaveUp = holding('a/b', 1, { gaveUp: { failed: 3, refused: 4, operations: 10 } });
    const strict = (target: JudgedTarget) => {
      const lenient = withTargets(target);
      return flat(render({ ...lenient, plan: { ...lenient.plan, strict: true } }));
    };
    expect(strict(gaveUp)).toContain('With --strict that fails.');
    expect(strict(holding('a/b'))).not.toContain('--strict');
    expect(flat(render(withTargets(gaveUp)))).not.toContain('--strict');
  });

  it('says where a claim was not met, and only there', () => {
    expect(flat(render(gateViolated))).toContain('Expected holds, saw violated.');
    expect(render(gateHolds)).not.toContain('Expected ');
    const surprising = holding('postgres/repeatable-read', 1, {
      expectation: 'holds',
      met: false,
      gaveUp: { failed: 9, refused: 0, operations: 10 },
    });
    const [first, ...rest] = compareAll.targets;
    const text = flat(
      render({ ...compareAll, targets: [first as JudgedTarget, ...rest.slice(0, 12), surprising] }),
    );
    expect(text).toContain('Expected holds, saw holds, but gives up.');
    expect(text).toContain('13 of 14 targets did what they claim; not so postgres/repeatable-read.');
    expect(flat(render(compareAll))).toContain('All 16 targets did what they claim.');
  });

  it('tells what is inconclusive in a comparison from what did not do as it claims', () => {
    const open = { expectation: 'holds', met: false, verdict: 'inconclusive', reasons: ['slow'] } as const;
    const targets = [...compareAll.targets.slice(0, 12), holding('a/b', 1, open), holding('a/c', 1, open)];
    const text = flat(render({ ...compareAll, targets }));
    expect(text).toContain('12 of 14 targets did what they claim; 2 are inconclusive.');
  });

  it('tells what was tried too seldom from what did not do as it claims', () => {
    const open = { expectation: 'gives-up', met: false, unseen: { trials: 5, needed: 59 } } as const;
    const targets = [...compareAll.targets.slice(0, 12), holding('a/b', 1, open)];
    const text = flat(render({ ...compareAll, targets }));
    expect(text).toContain(
      'Expected to give up, not seen in 5 trials: too few to tell, 59 without it would contradict that.',
    );
    expect(text).toContain('12 of 13 targets did what they claim; too few trials to tell of a/b.');
  });

  it('gives those that hold one sentence in a long comparison, and each violated one a line', () => {
    const text = flat(render(compareAll));
    expect(text).toContain(
      '✔ 10 targets hold: if one of them can fail, it fails in fewer than 5.0 % of such trials',
    );
    expect(text).toContain(
      '✘ postgres/queue-many-workers violated in 56-81 % of trials, oversold: 33 orders for 20 units; also lost update.',
    );
    expect(text).toContain('✔ postgres/repeatable-read holds, but 1,876 of 1,947 failed:');
  });

  it('says why it is inconclusive, and what may help', () => {
    const text = render(gateInconclusive);
    expect(flat(text)).toContain(
      '? postgres/for-update is inconclusive: the control postgres/naive was not caught',
    );
    expect(text).toContain('Next: race-check flash-sale --target postgres/for-update --clients 66');
    const silent = { ok: 0, fail: 0, info: 9 };
    const broken = holding('a/b', 1, { verdict: 'inconclusive', reasons: ['broken'], operations: silent });
    expect(render(withTargets(broken))).toContain('Next: race-check compare flash-sale');
    const slow = holding('a/b', 1, { verdict: 'inconclusive', reasons: ['slow'], errors: { timeout: 3 } });
    expect(render(withTargets(slow))).toContain('race-check flash-sale --target a/b --timeout 60000ms');
    const few = holding('a/b', 1, { verdict: 'inconclusive', reasons: ['few'] });
    expect(render(withTargets(few))).toContain('race-check flash-sale --target a/b --trials 118');
  });

  it('says of a control what event it was caught for, and of no other target', () => {
    const control = {
      ...{ target: 'a/waits', caught: true, shows: ['deadlock', 'lock-timeout'] },
      reason: 'it shows that these conditions can catch it',
    };
    const waits = holding('a/waits', 1, {
      ...{ role: 'control', verdict: 'inconclusive', reasons: ['58 of 59 trials did not run'] },
      ...{ counts: { deadlock: 2, retry: 1 }, overlap: { interleavedPairs: 1, possiblePairs: 1 } },
      trials: { planned: 59, run: 1, counted: 1, violated: 0, undecided: 0 },
    });
    const text = render(withTargets(holding('a/orders', 1, { control }), waits), 160);
    expect(rowOf(text, 'a/waits (control)')).toMatch(/ caught .* 1 pair$/);
    expect(flat(text)).toContain('- a/waits was caught as a control: 2 deadlocks in 1 trial, and was ended.');
    expect(text).not.toContain('inconclusive');
    const named = render(withTargets(holding('a/orders', 1, { control }), { ...waits, role: 'named' }), 120);
    expect(named).toContain('? a/waits is inconclusive: 58 of 59 trials did not run.');
  });

  it('tells a violation without a rate from one that stopped a gate', () => {
    const uncounted = violatedThroughout('a/b', {
      trials: { planned: 6, run: 12, counted: 0, violated: 12, undecided: 0, firstViolated: 1 },
      strata: [{ start: 'simultaneous', counted: 0, violated: 0, upper: 1 }],
      rate: undefined,
    });
    const text = render({ ...compareAll, targets: [uncounted] });
    expect(rowOf(text, 'a/b')).toContain(' 12 of 12 ');
    expect(flat(text)).toContain('In 12 of 12 trials.');
    expect(rowOf(render(gateViolated), 'postgres/naive')).toContain(' in trial 1 ');
  });

  it('has one sentence for all that are inconclusive for one reason', () => {
    const because = (id: string, reason: string) =>
      holding(id, 1, { verdict: 'inconclusive', reasons: [reason], met: false });
    const targets = [
      because('a/b', 'nothing overlapped'),
      because('a/c', 'nothing overlapped'),
      because('a/d', 'the server died'),
      holding('a/e'),
    ];
    const text = flat(render({ ...compareAll, targets }));
    expect(text).toContain('? 2 targets are inconclusive: nothing overlapped. These are a/b and a/c.');
    expect(text).toContain('? a/d is inconclusive: the server died.');
  });

  it('says why a target did not run, and what to do about it, without the password in it', () => {
    const text = flat(render(gateNotRun));
    expect(text).toContain(
      '- redis/lua was skipped: no redis-server on PATH, and no URL was given. Install one, or pass --redis-url redis://user:***@localhost:6379.',
    );
    expect(text).toContain(
      "- ./my.target.ts could not run: TypeError: Cannot read properties of undefined (reading 'rows')",
    );
  });

  it('says that it is partial when it was interrupted', () => {
    const text = render(gateInterrupted);
    expect(text).toContain('Interrupted: these are partial results.');
    expect(text).toContain('Next: race-check flash-sale --seed 7f3a91');
  });

  it('leads on: from a violation to its history, from a gate to a comparison, and back to the best', () => {
    expect(render(gateViolated)).toContain(
      'Next: race-check check reports/latest/history.jsonl   the same findings',
    );
    expect(render(gateHolds)).toContain('race-check compare flash-sale');
    expect(render(compareAll)).toContain('race-check flash-sale --target postgres/atomic-update');
    expect(renderTerminal(gateViolated, { width: 80, colour: false })).not.toContain('race-check check');
    const own = { width: 80, colour: false, typed: { scenario: './my.scenario.ts' } };
    expect(renderTerminal(gateHolds, own)).toContain('race-check compare ./my.scenario.ts');
  });

  it('repeats an interrupted run with the words that were typed, as a shell takes them, and without passwords', () => {
    const words = [
      'flash-sale',
      '--out',
      'my reports',
      '--postgres-url',
      'postgres://me:secret@localhost/db',
    ];
    const options = { width: 80, colour: false, typed: { scenario: 'flash-sale', words } };
    expect(renderTerminal(gateInterrupted, options)).toContain(
      "race-check flash-sale --out 'my reports' --postgres-url 'postgres://me:***@localhost/db' --seed 7f3a91",
    );
  });

  it('keeps the conditions that were typed, and neither outputs nor what the next command says itself', () => {
    const said = (report: Report, ...words: readonly string[]) =>
      renderTerminal(report, { width: 200, colour: false, typed: { scenario: 'flash-sale', words } });
    const conditions = [
      '--stock',
      '5',
      '--clients=9',
      '--timeout',
      '2s',
      '--postgres-url',
      'postgres://me@localhost',
    ];
    const outputs = ['--out', 'elsewhere', '-q', '--no-report', '--json', '--reporter', 'junit=a.xml'];
    const kept = '--stock 5 --clients=9 --timeout 2s --postgres-url postgres://me@localhost';
    const gate = ['run', ...conditions, 'flash-sale', ...outputs, '-t', 'postgres/naive', '--max-p99', '9ms'];
    expect(said(gateHolds, ...gate)).toContain(`race-check compare flash-sale ${kept} `);
    const compare = ['compare', 'flash-sale', '--store', 'postgres', ...outputs, ...conditions];
    expect(said(compareAll, ...compare)).toContain(
      `race-check flash-sale --target postgres/atomic-update ${kept} `,
    );
    expect(
      said(gateInconclusive, 'flash-sale', '--stock', '5', '--clients', '33', '--max-p99', '9ms'),
    ).toContain('race-check flash-sale --target postgres/for-update --stock 5 --max-p99 9ms --clients 66 ');
    const few = withTargets(holding('a/b', 1, { verdict: 'inconclusive', reasons: ['few'] }));
    expect(said(few, 'flash-sale', '-n59', '--seed', 'x')).toContain(
      'race-check flash-sale --target a/b --seed x --trials 118 ',
    );
  });

  it("names a user's files as they were named", () => {
    const typed = { scenario: './my scenario.ts' };
    const report = {
      ...compareAll,
      targets: compareAll.targets.map((one) => ({ ...one, file: './my.target.ts' })),
    };
    const text = renderTerminal(report, { width: 80, colour: false, typed });
    expect(text).toContain("race-check './my scenario.ts' --target ./my.target.ts");
    const written = { folder: 'reports/x', latest: 'reports/latest' };
    expect(renderTerminal(gateViolated, { width: 80, colour: false, typed, written })).toContain(
      "race-check check reports/latest/history.jsonl --scenario './my scenario.ts'",
    );
  });

  it('colours only when told to, and then says the same', () => {
    const coloured = render(gateHolds, 100, true);
    expect(coloured).toContain('\u001b[32m✔ holds\u001b[39m');
    expect(stripVTControlCharacters(coloured)).toBe(render(gateHolds, 100));
    expect(render(gateHolds, 100)).not.toContain('\u001b');
  });

  it('prints no control character that a message brought along', () => {
    const hostile = caught('a/b', { verdict: 'inconclusive', reasons: ['\u001b[2Jgone\r\nover\u0007'] });
    expect(render(withTargets(hostile))).toContain('a/b is inconclusive: gone over.');
  });
});

describe('a sweep over offsets', () => {
  const at = (ms: number, counted: number) => ({
    ...{ start: 'offset-sweep' as const, offset: { later: 'refund', ms } },
    ...{ counted, violated: 0, upper: upperBound(counted) },
  });
  const strata = [
    { start: 'simultaneous' as const, counted: 19, violated: 0, upper: upperBound(19) },
    at(0, 3),
    at(3.1, 2),
  ];

  it('is told of by its least tried offset, or by how many were not tried', () => {
    const whole = holding('http/my-shop', 1, { strata, sweep: { planned: 2, tried: 2 } });
    expect(flat(render(withTargets(whole)))).toContain(
      'least tried start, refund 3.1 ms later: 0 of 2, < 77.7 %',
    );
    const without = holding('redis/lua', 1, {
      strata: [strata[0]!, { start: 'staggered', counted: 0, violated: 0, upper: 1 }],
    });
    expect(flat(render(withTargets(without)))).toContain(
      'least tried start, staggered: no trial that counts',
    );
    const part = holding('http/my-shop', 1, { strata, sweep: { planned: 40, tried: 2 } });
    expect(flat(render(withTargets(part)))).toContain('offsets not tried: 38 of 40');
  });
});

describe('clients over several processes', () => {
  const spread = (median: number, max: number) => ({ firstRequestSpreadMs: { median, max } });
  const over = (processes: number): Report => ({
    ...gateHolds,
    plan: { ...gateHolds.plan, processes },
    targets: [holding('redis/lua', 1, spread(0.312, 2.9)), caught('redis/get-then-decr', spread(1.2, 1.4))],
  });

  it('are told of in the head, with how far apart their first requests were', () => {
    const text = flat(render(over(2)));
    expect(text).toContain('clients spread over 2 processes');
    expect(text).toContain(
      'Over 2 processes, the first requests of a simultaneous start came within 0.3-1.2 ms of each other (median; at most 2.9 ms).',
    );
  });

  it('are not worth a word where there is one', () => {
    expect(flat(render(over(1)))).not.toContain('process');
  });
});

describe('what is allowed and surprising', () => {
  const behind = holding('redis/then-postgres', 1, {
    findings: [
      {
        ...{ anomaly: 'copy-behind', grade: 'interesting', message: 'The other store shows 3 units.' },
        ...{ expected: '0', observed: '3', witness: [], trial: 1, start: 'simultaneous', trials: 7 },
      },
    ],
  });
  const told = 'Besides, copy behind in 7 of 59 trials: The other store shows 3 units.';

  it('is told of a target that holds, alone and among many', () => {
    expect(flat(render(withTargets(behind)))).toContain(told);
    const among = flat(render({ ...compareAll, targets: [...compareAll.targets, behind] }, 200));
    expect(among).toContain('✔ redis/then-postgres holds');
    expect(among).toContain(told);
  });

  it('is said once where it is that the target gives up', () => {
    const gaveUp = { ...behind, gaveUp: { failed: 3, refused: 0, operations: 1_947 } };
    expect(flat(render(withTargets(gaveUp)))).not.toContain('Besides');
  });
});

it('says once why several targets of a comparison were skipped', () => {
  const skipped = (id: string, reason: string) =>
    ({
      outcome: 'skipped',
      role: 'named',
      summary: '',
      store: 'memory',
      remedy: 'Run it with --processes 1',
      ...{ id, reason },
    }) as const;
  const targets = [
    ...compareAll.targets,
    skipped('memory/naive', 'it has one process.'),
    skipped('memory/other', 'it is another story.'),
    skipped('memory/mutex', 'it has one process.'),
  ];
  const text = flat(render({ ...compareAll, targets }, 200));
  expect(text).toContain(
    '- memory/naive and memory/mutex were skipped: it has one process. Run it with --processes 1. - memory/other was skipped: it is another story. Run it with --processes 1.',
  );
});

it('says once why nothing of a gate could run, its control included, and leads to what can be had', () => {
  const [skipped] = gateNotRun.targets;
  const targets = [skipped!, { ...skipped!, id: 'redis/get-then-decr', role: 'control' as const }];
  const text = flat(render({ ...gateNotRun, targets }));
  expect(text).toContain('redis/lua and redis/get-then-decr were skipped: no redis-server on PATH');
  expect(text.match(/no redis-server/g)).toHaveLength(1);
  expect(text).toContain('Next: race-check doctor');
  expect(text).not.toContain('race-check compare');
});

it('says of an API with things that nobody asked for that its reset may be incomplete', () => {
  const unexpected = { ...oversold(1), anomaly: 'order-unexpected' as const };
  const told = (id: string) =>
    flat(render(withTargets(holding(id, 1, { verdict: 'violated', findings: [oversold(1), unexpected] }))));
  expect(told('http/my-shop')).toContain('then the reset is incomplete, and no race need be in it');
  expect(told('postgres/naive')).not.toContain('the reset is incomplete');
});
