import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cellWords } from './matrix-cell.js';
import { matrixMarkdown } from './matrix-markdown.js';
import { matrixSchema, type Matrix, type MatrixCell } from './matrix-report.js';
import { renderMatrix } from './matrix-terminal.js';
import { durationWords } from './words.js';
import { broke, gaveUp, held, matrix, outOfTime, skippedCell } from './matrix.fixture.js';
import { textWidth } from './text-width.js';

const render = (source: Matrix, width = 100, colour = false) => renderMatrix(source, { width, colour });
const words = (cell: MatrixCell | undefined) => cellWords(cell).replaceAll('\u00a0', ' ');
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('a cell of a matrix', () => {
  const trialsOf = (violated: number, counted: number) => ({
    trials: { ...broke('a/b', 1).trials, violated, counted, run: counted },
  });

  it.each([
    ['✘ 100 %', broke('a/b', 59)],
    ['✘ 81 %', broke('a/b', 48)],
    ['✘ <1 %', broke('a/b', 1, trialsOf(1, 300))],
    ['✘ >99 %', broke('a/b', 1, trialsOf(299, 300))],
    ['✔ 1.0x', held('a/b', 1)],
    ['✔ 1.4x', held('a/b', 1.44)],
    ['✔ 133x', held('a/b', 132.6)],
    ['◐ 1.0x', gaveUp('a/b', 1)],
    ['✔', held('a/b', 1, { cost: undefined })],
    ['?', outOfTime('a/b', 2)],
    ['-', skippedCell('redis/lua', 'redis')],
    ['-', undefined],
    ['error', { outcome: 'error', id: 'a/b', role: 'named', summary: '', message: 'x' } as const],
    ['✔ 1.0x !', held('a/b', 1, { expectation: 'violated', met: false })],
    ['✔ 1.0x ?', held('a/b', 1, { expectation: 'violated', met: false, unseen: { trials: 5, needed: 59 } })],
    ['✘ 81 % !', broke('a/b', 48, { expectation: 'holds', met: false })],
  ])('reads %s', (text, cell) => {
    expect(words(cell)).toBe(text);
  });

  it('has the rate of all trials where a trial that is no evidence was violated', () => {
    expect(
      words(broke('a/b', 1, { trials: { ...broke('a/b', 1).trials, violated: 2, counted: 1, run: 8 } })),
    ).toBe('✘ 25 %');
  });
});

describe('a matrix on a terminal', () => {
  it.each([80, 100])('at %i columns looks as it always did', async (width) => {
    await expect(render(matrix, width)).toMatchFileSnapshot(`__snapshots__/matrix-${width}.txt`);
  });

  it.each([60, 72, 80, 100, 160])('has no line of more than %i columns', (width) => {
    const lines = stripVTControlCharacters(render(matrix, width, true)).split('\n');
    expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
  });

  it('shows every scenario of a contract, in as many tables as it takes', () => {
    for (const width of [60, 80, 100, 200]) {
      const tables = render(matrix, width)
        .split('\n\n')
        .filter((block) => /^ orders/m.test(block));
      expect(tables.join('\n').match(/132|133/g)).toHaveLength(6);
      expect(tables.length).toBeGreaterThan(width < 100 ? 1 : 0);
    }
    expect(render(matrix, 200).match(/^ orders/gm)).toHaveLength(1);
  });

  it('differs in nothing but colour where there is colour', () => {
    const coloured = render(matrix, 100, true);
    expect(coloured).not.toBe(render(matrix));
    expect(stripVTControlCharacters(coloured)).toBe(render(matrix));
  });

  it('says what is not as claimed, what is inconclusive, what was skipped, and the loosest bound', () => {
    const text = flat(render(matrix));
    expect(text).toContain(
      '33 cells: 26 of 28 that could be judged are as claimed, 1 inconclusive, 4 not run.',
    );
    expect(text).toContain(
      '! postgres/repeatable-read in last-unit: expected holds, but gives up, saw holds.',
    );
    expect(text).toContain('? memory/mutex in last-unit: budget: no time for enough trials');
    expect(text.match(/skipped, redis/g)).toHaveLength(1);
    expect(text).toContain('memory/mutex could not run in oversized-cart: x is not a function');
    expect(text).toContain('none in 5-59 trials');
    expect(text).toContain(
      'the loosest bound is < 45.1 % of such trials, of postgres/for-update in oversized-cart',
    );
  });

  it('tells what too few trials left open from what is not as claimed', () => {
    const [checkout, ...others] = matrix.contracts;
    const [flashSale, ...rest] = checkout!.scenarios;
    const open = held('postgres/for-update', 1.4, {
      ...{ expectation: 'gives-up', met: false, unseen: { trials: 5, needed: 59 } },
    });
    const targets = flashSale!.targets.map((cell) => (cell.id === open.id ? open : cell));
    const scenarios = [{ ...flashSale!, targets }, ...rest];
    const text = flat(render({ ...matrix, contracts: [{ ...checkout!, scenarios }, ...others] }));
    expect(text).toContain(
      '33 cells: 25 of 27 that could be judged are as claimed, 1 inconclusive, 1 with too few trials to tell whether they are as claimed, 4 not run.',
    );
    expect(text).toContain(
      '? postgres/for-update in flash-sale: expected to give up, not seen in 5 trials: too few to tell, 59 without it would contradict that.',
    );
    expect(text).not.toContain('! postgres/for-update');
  });

  it('says that it is partial where it was interrupted', () => {
    expect(render(matrix)).not.toContain('Interrupted');
    expect(render({ ...matrix, interrupted: true })).toContain('Interrupted: these are partial results.');
  });

  it('lets no escape sequence and no password through', () => {
    const [checkout, orders] = matrix.contracts;
    const [first, ...others] = checkout!.scenarios;
    const [naive, ...rest] = first!.targets;
    const nasty: MatrixCell = {
      ...skippedCell(naive!.id, 'postgres'),
      outcome: 'skipped',
      store: 'postgres',
      reason: '\u001b[2Jpostgres://shop:secret@127.0.0.1/shop',
      remedy: '',
    };
    const changed = {
      ...matrix,
      contracts: [
        { ...checkout!, scenarios: [{ ...first!, targets: [nasty, ...rest] }, ...others] },
        orders!,
      ],
    };
    for (const text of [render(changed), matrixMarkdown(changed)]) {
      expect(text).not.toContain('\u001b');
      expect(text).not.toContain('secret');
    }
  });

  it.each([
    [850, '850 ms'],
    [12_300, '12 s'],
    [298_000, '4 min 58 s'],
    [300_000, '5 min'],
    [7_830_000, '2 h 11 min'],
  ])('writes %i ms as %s', (ms, text) => expect(durationWords(ms)).toBe(text));
});

describe('a matrix as Markdown', () => {
  it('looks as it always did', async () => {
    await expect(matrixMarkdown(matrix)).toMatchFileSnapshot('__snapshots__/matrix.md');
  });

  it('has intervals, trials and refusals in its cells', () => {
    const text = matrixMarkdown(matrix);
    expect(text).toContain('◐ 3.1x<br>0 of 59, < 5.0 %<br>955 of 990 failed');
    expect(text).toContain('✘ 81 %<br>48 of 59, 71-92 %');
    expect(text).toContain('?<br>budget<br>2 trials');
  });

  it('has as many cells in each row as its table has columns', () => {
    const rows = matrixMarkdown(matrix)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const cells = (row: string) => row.split(/(?<!\\)\|/).length;
    expect(new Set(rows.slice(0, 7).map(cells))).toEqual(new Set([cells(rows[0]!)]));
  });
});

describe('the definition of a matrix', () => {
  it('takes a matrix, and loses nothing of it', () => {
    expect(matrixSchema.parse(JSON.parse(JSON.stringify(matrix)))).toEqual(matrix);
  });

  it('refuses another version of the format', () => {
    expect(matrixSchema.safeParse({ ...matrix, schema: 2 }).success).toBe(false);
  });
});
