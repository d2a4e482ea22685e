import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkout } from '../../scenarios/checkout/contract.js';
import type { HistoryEvent } from '../core/history.js';
import { contractProblems, readHistory, writeHistory } from './history-file.js';
import { historyLine } from './history-lines.js';
import { lostUpdateEvents } from './report.fixture.js';

const initial = { products: [{ id: 1, name: 'Smartphone', stock: 20 }] };
const final = { products: [{ id: 1, name: 'Smartphone', stock: 16 }], orders: [] };
const header = {
  contract: 'checkout',
  scenario: 'flash-sale',
  parameters: { clients: 33, stock: 20 },
  initial,
  target: 'postgres/naive',
  seed: '7f3a91',
  trial: 1,
  start: 'simultaneous',
} as const;
const session = { client: 3, process: 3, state: 'idle in transaction', lastStatement: 'SELECT 1' };

function text(events: readonly HistoryEvent[] = lostUpdateEvents): string {
  return writeHistory({ header, events, final, openTransactions: [session] });
}
function problemsOf(file: string): readonly string[] {
  const read = readHistory(file);
  return read.kind === 'malformed' ? read.problems : [`not malformed but ${read.kind}`];
}
const lines = text().trimEnd().split('\n');
const replaced = (line: number, by: string) =>
  lines.map((one, place) => (place + 1 === line ? by : one)).join('\n');

describe('a history file', () => {
  it('is read back as it was written', () => {
    const read = readHistory(text());
    expect(read).toEqual({
      kind: 'ok',
      header: { format: 'race-check-history', version: 1, ...header },
      events: lostUpdateEvents,
      final,
      openTransactions: [session],
      eventLines: [2, 3, 4, 5, 6, 7, 8, 9],
      finalLine: 10,
    });
  });

  it('fits the published schema, line by line', () => {
    for (const line of lines) expect(historyLine.safeParse(JSON.parse(line)).success, line).toBe(true);
  });

  it('holds no password that a message or a statement held', () => {
    const failed: HistoryEvent = {
      type: 'info',
      f: 'checkout',
      timeNs: 3_000_000,
      process: 40,
      client: 7,
      error: { code: 'ECONNRESET', message: 'lost postgres://ann:hunter2@h' },
    };
    const invoked: HistoryEvent = {
      type: 'invoke',
      f: 'checkout',
      timeNs: 2_999_000,
      process: 40,
      client: 7,
      value: {},
    };
    const openTransactions = [{ ...session, lastStatement: "ALTER ROLE ann; -- password='hunter2'" }];
    const written = writeHistory({ header, events: [invoked, failed], final, openTransactions });
    expect(written).not.toContain('hunter2');
    expect(readHistory(written).kind).toBe('ok');
  });

  it('may come with CRLF, blank lines, a byte order mark, further fields, and without optional ones', () => {
    const own = lines.map((line) => line.replace(/^\{/, '{"recorder":"theirs",'));
    const [first = '', ...rest] = own;
    const bare = first.replace(/,"parameters":\{[^}]*\}/, '').replace(/,"target".*\}$/, '}');
    const last = rest.pop()?.replace(/,"openTransactions".*\}$/, '}') ?? '';
    const read = readHistory(`\uFEFF${[bare, '', ...rest, last].join('\r\n')}\r\n\r\n`);
    expect(read).toMatchObject({ kind: 'ok', openTransactions: [], finalLine: 11 });
    expect(read).toMatchObject({ header: { parameters: {} } });
  });
});

describe('a truncated history', () => {
  it('is one without its final state', () => {
    const read = readHistory(`${lines.slice(0, -1).join('\n')}\n`);
    expect(read).toMatchObject({ kind: 'truncated', header: { seed: '7f3a91' }, events: lostUpdateEvents });
    expect(read.kind === 'truncated' && read.reason).toBe(
      'The file ends after line 9; the line with the final state ({"type":"final", ...}) is missing.',
    );
  });

  it('is one that ends anywhere, and is never taken for a whole one or a malformed one', () => {
    const whole = text();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 2 }), (length) => {
        expect(readHistory(whole.slice(0, length)).kind).toBe('truncated');
      }),
    );
  });

  it('tells what is still there when the last line is cut in half', () => {
    const read = readHistory(text().slice(0, -40));
    expect(read).toMatchObject({ kind: 'truncated', events: lostUpdateEvents });
    expect(read.kind === 'truncated' && read.reason).toBe(
      'Line 10 is cut in half, and the final state is missing.',
    );
  });

  it('is malformed if what is there is wrong as well', () => {
    const cut = `${replaced(3, '{"type":"invoke"}').slice(0, -40)}`;
    expect(problemsOf(cut)[0]).toMatch(/^line 3: timeNs: /);
  });
});

describe('a malformed history', () => {
  it('is told all its problems at once, each with its line', () => {
    const broken = lines
      .map((line, place) => {
        if (place === 1) return "{'type': 'invoke'}";
        if (place === 3) return line.replace('"read"', '"peek"');
        return place === 6 ? line.replace('"timeNs":1690000', '"timeNs":"soon"') : line;
      })
      .join('\n');
    expect(problemsOf(broken)).toEqual([
      "line 2: expected one JSON object, came {'type': 'invoke'}",
      expect.stringMatching(/^line 4: kind: /),
      expect.stringMatching(/^line 7: timeNs: /),
    ]);
  });

  it('is told the first 20 problems, and how many more there are', () => {
    const [first = ''] = lines;
    const file = [first, ...Array.from({ length: 50 }, () => '[]')].join('\n');
    const problems = problemsOf(file);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 30 more');
  });

  it.each([
    ['a text', 'hello', /^line 1: expected the header of a history, .* came hello/],
    ['a text of many lines', '{\n"schema": 1,\n"command": "gate"\n}', /^line 1: expected the header/],
    ['another JSON file', '{"scripts":{}}', /^line 1: expected the header of a history, .* came \{"scripts"/],
    [
      'a newer format',
      replaced(1, '{"format":"race-check-history","version":2}'),
      /reads version 1 .* says version 2/,
    ],
  ])('is %s', (_what, file, problem) => {
    expect(problemsOf(file)).toEqual([expect.stringMatching(problem)]);
  });

  it('is one without a value, which is not the same as a null', () => {
    const without = replaced(10, '{"type":"final","openTransactions":[]}');
    expect(problemsOf(without)).toEqual(['line 10: value: expected a JSON value']);
    expect(readHistory(replaced(10, '{"type":"final","value":null}')).kind).toBe('ok');
  });

  it('is one that goes on after its final state', () => {
    for (const more of [lines.slice(1, 2), lines]) {
      expect(problemsOf([...lines, ...more].join('\n'))).toEqual([
        'line 11: comes after the final state of line 10, which is the last line',
      ]);
    }
    expect(problemsOf([...lines, '{"type":"inv'].join('\n'))[0]).toMatch(/^line 11: .* cut in half/);
  });

  it('is one whose events are in an order that no run has', () => {
    const at = (type: 'invoke' | 'ok' | 'info', process: number, timeNs: number, f = 'checkout') =>
      ({ type, f, timeNs, process, client: 0, value: {}, error: { code: 'x', message: '' } }) as HistoryEvent;
    const read = (...events: HistoryEvent[]) => problemsOf(text(events));
    expect(read(at('ok', 0, 1))).toEqual(['line 2: ok of process 0 ends checkout, which it never invoked']);
    expect(read(at('invoke', 0, 2), at('ok', 0, 1))).toEqual([
      'line 3: expected events in the order of time; timeNs is 1 after 2 on line 2',
    ]);
    expect(read(at('invoke', 0, 1), at('invoke', 0, 2))[0]).toMatch(
      /^line 3: process 0 invokes checkout while/,
    );
    expect(read(at('invoke', 0, 1), at('ok', 0, 2, 'pay'))[0]).toMatch(
      /^line 3: ok of process 0 ends pay, but line 2 invoked checkout/,
    );
    expect(read(at('invoke', 0, 1), at('info', 0, 2), at('invoke', 0, 3))[0]).toMatch(
      /^line 4: .*after its info of line 3; expected a new process number/,
    );
  });

  it('may have an operation that never ends', () => {
    expect(readHistory(text(lostUpdateEvents.slice(0, -1))).kind).toBe('ok');
  });
});

describe('values of a history', () => {
  it('are held against the contract, with the line of each that does not fit', () => {
    const read = readHistory(
      lines
        .map((line, place) => {
          if (place === 0) return line.replace('"stock":20}]', '"stock":"many"}]');
          return place === 6 ? line.replace('"ordered"', '"perhaps"') : line;
        })
        .join('\n'),
    );
    if (read.kind !== 'ok') throw new Error(`unexpectedly ${read.kind}`);
    expect(contractProblems(read, checkout)).toEqual([
      expect.stringMatching(/^line 1: initial\.products\.0\.stock: /),
      expect.stringMatching(/^line 7: value\.result: /),
    ]);
  });

  it('belong to an operation of the contract', () => {
    const read = readHistory(text().replaceAll('"f":"checkout"', '"f":"toString"'));
    if (read.kind !== 'ok') throw new Error(`unexpectedly ${read.kind}`);
    expect(contractProblems(read, checkout)[0]).toBe(
      'line 2: expected an operation of the contract checkout (checkout), came "toString"',
    );
  });
});

describe('docs/history-format.md', () => {
  const page = readFileSync(new URL('../../docs/history-format.md', import.meta.url), 'utf8');

  it('shows a whole history that can be read, and fits its contract', () => {
    const [, example = ''] = /```jsonl\n(.*?)```/s.exec(page) ?? [];
    const read = readHistory(example);
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read));
    expect(read.events).toHaveLength(8);
    expect(contractProblems(read, checkout)).toEqual([]);
  });

  it('names every field that a line may have', () => {
    const fields = Object.keys({
      ...JSON.parse(lines[0] ?? '{}'),
      ...lostUpdateEvents[0],
      ...lostUpdateEvents[2],
      ...JSON.parse(lines.at(-1) ?? '{}'),
    } as object);
    for (const field of [...fields, 'error', 'span', 'firstRequestNs', 'lastAnswerNs', 'requests']) {
      expect(page).toMatch(new RegExp(`[\`"]${field}[\`"]`));
    }
  });
});
