import { describe, expect, it } from 'vitest';
import { UsageError } from '../../core/usage-error.js';
import { parseSpec } from './parse-spec.js';
import { printResult } from './print-result.js';

function problemsOf(text: string): readonly string[] {
  try {
    parseSpec(text);
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  throw new Error('nothing was wrong with it');
}

describe('an isolation spec', () => {
  it('has setups, sessions with steps, and permutations with blockers', () => {
    const spec = parseSpec(`# a comment
      setup { create table a (); } setup { create table b (); }
      teardown { drop table a, b; }
      session "s 1" setup { begin; } step one { select '#1'; } teardown { rollback; }
      session s2 step "two ""2""" {
        select 2;
      }
      permutation one(*) "two ""2"""(one, one notices 3)`);
    const [one, two] = spec.sessions.flatMap(({ steps }) => steps);
    expect(spec).toEqual({
      setups: ['create table a ();', 'create table b ();'],
      teardown: 'drop table a, b;',
      sessions: [
        {
          name: 's 1',
          setup: 'begin;',
          teardown: 'rollback;',
          steps: [{ name: 'one', sql: "select '#1';", session: 0 }],
        },
        {
          name: 's2',
          steps: [{ name: 'two "2"', sql: '\n        select 2;\n', session: 1 }],
        },
      ],
      permutations: [
        [
          { step: one, blockers: [{ kind: 'once' }] },
          {
            step: two,
            blockers: [
              { kind: 'step', step: one },
              { kind: 'notices', step: one, count: 3 },
            ],
          },
        ],
      ],
    });
  });

  it.each([
    ['', 'line 1: expected a session, got the end of the file'],
    ['session s1', 'line 1: expected a step, got the end of the file'],
    ['session s1\nstep one select', 'line 2: expected SQL in braces, got "select"'],
    [
      'session s1\nstep one {\nselect',
      'line 2: expected a name, a keyword or SQL in braces, got SQL in braces that do not end',
    ],
    [
      'session "s1\nstep',
      'line 1: expected a name, a keyword or SQL in braces, got a quoted name that does not end on its line',
    ],
    ['session s1 step one {} permutation', 'line 1: expected the name of a step, got the end of the file'],
    [
      'session s1 step one {} permutation one(',
      'line 1: expected the name of a step, or *, got the end of the file',
    ],
    ['session s1 step one {} step one {}', undefined],
    ['session s1 step one {}\nsetup {}', 'line 2: expected a session or a permutation, got "setup"'],
    ['session s1 step one {} ;', 'line 1: expected a name, a keyword or SQL in braces, got ";"'],
  ])('%j is wrong in one place, and says which', (text, problem) => {
    expect(problemsOf(problem === undefined ? `${text} permutation one` : text)).toEqual([
      problem ?? 'expected names of steps to differ, got "one" twice',
    ]);
  });
});

describe('a result', () => {
  it('is aligned as libpq aligns it', () => {
    const columns = ['id', 'name', 'empty'];
    const rows = [
      ['1', 'ä', null],
      ['-20.5', 'x1', ''],
    ];
    expect(printResult({ columns, rows })).toBe(
      [
        '   id|name|empty',
        '-----+----+-----',
        '    1|ä  |     ',
        '-20.5|x1  |     ',
        '(2 rows)',
        '',
        '',
      ].join('\n'),
    );
  });

  it('is nothing where it has no columns', () => {
    expect(printResult({ columns: [], rows: [[]] })).toBe('');
  });
});
