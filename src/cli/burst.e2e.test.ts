import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startBookingApi, type BookingApi } from './fixtures/booking-api.fixture.js';
import { it, judged, type UserFolder } from './fixtures/user-folder.fixture.js';

let api: BookingApi;
beforeAll(async () => {
  api = await startBookingApi();
});
afterAll(() => api.stop());

const BODY = ['--body', '{"slot":"{{fresh}}"}'];
const ID = () => `http/${new URL(api.url).host.replace(/[^a-z0-9]+/g, '-')}`;

function burst(folder: UserFolder, route: string, ...words: readonly string[]) {
  return folder.run([
    'burst',
    ...route.split(' ').map((word) => word.replace(/^\//, `${api.url}/`)),
    ...words,
  ]);
}

async function report(folder: UserFolder, route: string, ...words: readonly string[]) {
  const [method = '', at = ''] = route.split(' ');
  const ended = await folder.report(['burst', method, `${api.url}${at}`, ...words]);
  return { ...ended, row: judged(ended.report, ID()) };
}

describe('race-check burst', () => {
  it('catches an API that looks, waits and books', async ({ folder }) => {
    const { code, stdout, stderr } = await burst(
      folder,
      'POST /api/racy',
      ...['--clients', '12', ...BODY, '--expect', '200 = 1', '--expect', '409 = 11', '--seed', 's1'],
    );
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(
      /✘ http\/\S+ violated, broken expectation 1: \d+ answers of 12 had the status 200/,
    );
    expect(stdout).toMatch(/200 \{"id":#,"slot":"\d+"\} +\d+ +(\d+) of \1/);
    expect(stdout).toMatch(/ok status=(200 body=\{id=\d+ slot=\d+\}|409 body=\{error="already booked"\})/);
    expect(stderr).toContain(`To ${api.url} go 12 x POST /api/racy at once, in up to 59 trials`);
    expect(stderr).toContain('at most 1,416 requests');
    const next = /Next: race-check check (\S+)/.exec(stdout)?.[1] ?? '';
    const again = await folder.run(['check', next]);
    expect(again.code, again.stderr).toBe(1);
    expect(again.stdout).toMatch(/had the status 200, expected 200 = 1/);
  });

  it('is held against limits, and against an earlier burst of the same requests only', async ({ folder }) => {
    const words = [
      '-c',
      '12',
      ...BODY,
      '--expect',
      '200 = 1',
      '--trials',
      '9',
      '--reporter',
      'json=first.json',
    ];
    const first = await burst(folder, 'POST /api/fixed', ...words, '--max-p99', '0.01ms');
    expect(first.stdout.replace(/\s+/g, ' '), first.stderr).toMatch(
      /p99 was [\d.]+ ms, of 108 operations, and may be at most 0\.010 ms/,
    );
    expect(first.code).toBe(1);
    const baseline = ['--baseline', 'first.json', '--max-slowdown', '1000'];
    const again = await burst(folder, 'POST /api/fixed', ...words, ...baseline);
    expect(again.stdout, again.stderr).toContain('3 of 3 limits kept');
    expect(again.code).toBe(0);
    const other = await burst(folder, 'POST /api/racy', ...words, ...baseline);
    expect(other.stderr).toContain(
      'expected a baseline of "12 x POST /api/racy, expecting 200 = 1", got one of "12 x POST /api/fixed, expecting 200 = 1"',
    );
    expect(other.code).toBe(4);
  });

  it('says that an API holds whose conditions the reference server shows to be hard enough', async ({
    folder,
  }) => {
    const { code, stdout, stderr } = await burst(
      folder,
      'POST /api/fixed',
      ...[
        '-c',
        '12',
        '--reset',
        `POST ${api.url}/reset`,
        '--after',
        'GET /state',
        '--repeat',
        '12',
        '--no-report',
      ],
      ...['--expect', '200 = 1', '--expect', 'after.bookings = 1 and $count(answers[status = 409]) = 11'],
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/✔ http\/\S+ holds/);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /control: reference server, not your code, with a window of [\d.]+ ms, caught in trial \d+/,
    );
    expect(stderr).toContain('Besides: POST /reset before each trial; GET /state after each burst.');
  });

  it('sends each request exactly once', async ({ folder }) => {
    const before = (await api.seen())['POST /api/echo'] ?? 0;
    const { row } = await report(
      folder,
      'POST /api/echo',
      '--clients',
      '7',
      '--trials',
      '4',
      '--expect',
      '200 = 7',
      ...BODY,
    );
    const after = (await api.seen())['POST /api/echo'] ?? 0;
    expect(after - before).toBe(7 * row.trials.run);
    // A trial in which nobody met is made up for.
    expect(row.trials.run).toBeGreaterThanOrEqual(4);
  });

  it('judges nothing where nobody says what is right, and asks', async ({ folder }) => {
    const { code, stdout, stderr } = await burst(
      folder,
      'POST /api/fixed',
      '-c',
      '5',
      '--trials',
      '2',
      '--no-report',
      ...BODY,
    );
    expect(code).toBe(2);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'is inconclusive: nothing says what is right: add --expect (1 of 5 said 200: was that right?)',
    );
    expect(stdout).toContain(`--expect '200 = 1'`);
    expect(stderr).toMatch(/^http\/\S+: inconclusive$/m);
    expect(stdout).toMatch(/409 \{"error":"already booked"\} +8 +2 of 2/);
  });

  it('lets several requests race, and tells the answers of each', async ({ folder }) => {
    const { row, code } = await report(
      folder,
      'POST /api/fixed',
      ...['--request', 'DELETE /api/fixed', '--clients', '6', '--reset', 'POST /reset', '--trials', '3'],
      ...['--after', 'GET /state'],
      ...['--expect', '$count(answers[request = "DELETE /api/fixed"]) = 3 and $count(answers) = 6'],
      ...[
        '--expect',
        'after.bookings = $count(answers[status = 200 and body.id]) - $count(answers[body.cancelled])',
      ],
    );
    expect([row.verdict, row.reasons]).toEqual(['holds', []]);
    expect(code).toBe(0);
  });

  it('gives each client its row, and keeps its token to itself', async ({ folder }) => {
    folder.write('users.csv', 'name,token\nann,secret-a\nbob,secret-b\n');
    folder.write('body.json', '{"slot":"{{name}}-{{trial}}","client":{{client}},"hint":"{{token}}"}');
    const words = ['--clients', '2', '--body', '@body.json', '--data', 'users.csv', '--trials', '1'];
    const { stdout, stderr, code } = await burst(
      folder,
      'POST /api/echo',
      ...words,
      ...['-H', 'Authorization: Bearer {{token}}', '-H', 'X-Api-Key: secret-key', '--after', 'GET /state'],
      ...['--expect', '$sum(answers.body.client) = 1 and $count($distinct(answers.body.authorization)) = 3'],
    );
    expect(code, stderr).toBe(1);
    expect((await api.lastHeaders()).authorization).toMatch(/^Bearer secret-[ab]$/);
    expect((await api.lastHeaders())['x-api-key']).toBe('secret-key');
    expect(stdout).toContain("-H 'X-Api-Key: ***'");
    expect(stdout).toContain("-H 'Authorization: Bearer {{token}}'");
    const written = ['report.json', 'history.jsonl'].map((file) =>
      readFileSync(path.join(folder.path, 'reports/latest', file), 'utf8'),
    );
    for (const text of [stdout, stderr, ...written]) expect(text).not.toMatch(/secret-|state-secret/);
  });

  it('leaves open what an unclear answer may have done, and tells what is broken all the same', async ({
    folder,
  }) => {
    const words = ['--clients', '10', '--trials', '2', ...BODY];
    const shaky = await report(folder, 'POST /api/shaky', ...words, '--expect', '200 = 1');
    expect([shaky.code, shaky.row.verdict]).toEqual([1, 'violated']);
    const almost = await report(folder, 'POST /api/almost', ...words, '--expect', '200 = 1');
    expect([almost.code, almost.row.verdict]).toEqual([2, 'inconclusive']);
    expect(almost.row.reasons.join()).toContain('"200 = 1" is open: not every answer is clear (500)');
    expect(almost.row.answers).toContainEqual(expect.objectContaining({ label: '500', text: 'oops' }));
  });

  it('says nothing of an API that only fails', async ({ folder }) => {
    const { code, row } = await report(
      folder,
      'POST /api/broken',
      ...[
        '--trials',
        '2',
        '-c',
        '4',
        ...BODY,
        '--after',
        `GET ${api.url}/state`,
        '--expect',
        'after.bookings >= 0',
      ],
    );
    expect(code).toBe(2);
    expect(row.reasons.join()).toContain('no request was clearly answered: every answer was a server error');
  });

  it('ends where a request is not answered in time: it may be at work for ever', async ({ folder }) => {
    const { code, row } = await report(
      folder,
      'POST /api/hang',
      ...['-c', '3', '--timeout', '300ms', ...BODY, '--expect', '200 <= 1'],
    );
    expect([code, row.verdict]).toEqual([2, 'inconclusive']);
    expect(row.operations).toEqual({ ok: 0, fail: 0, info: 3 });
    expect(row.trials.run).toBe(1);
  });

  it('names every mistake at once, with a caret under that of an expression, and sends nothing', async ({
    folder,
  }) => {
    const before = await api.seen();
    const { code, stderr } = await burst(
      folder,
      'POST /api/fixed',
      ...[
        '--body',
        '@nowhere.json',
        '--expect',
        'after.stock >=',
        '--expect',
        '$cout(answers) = 1',
        '--clients',
        '0',
      ],
      ...['-H', 'Authorization: {{tokn}}', '--after', 'GET http://shop.example/stock', '--sync', 'lastbyte'],
      ...['--repeat', '3', '--trials', '3', '--nonsense'],
    );
    expect(code).toBe(4);
    const lines = stderr.split('\n');
    const place = lines.findIndex((line) => line.endsWith('    after.stock >='));
    expect(lines[place + 1]?.indexOf('^')).toBe(lines[place]?.length);
    for (const words of [
      'nowhere.json: there is no such file',
      'names $cout, which is nothing',
      'got {{tokn}}',
      'got shop.example: where bursts may be sent there, add --allow-remote',
      'for --sync, got "lastbyte", did you mean "last-byte"?',
      'either --repeat or --trials',
      'unknown option --nonsense',
      'from 1 to 10,000 for --clients, got 0',
    ]) {
      expect(stderr).toContain(words);
    }
    expect(await api.seen()).toEqual(before);
  });

  it.for([
    ['after.bookings', 'got 1'],
    ['after.boking >= 0', 'got nothing: is every name in it written as in the answers?'],
    ['answers.body + 1 = 2', 'must evaluate to a number'],
  ])('takes %s for a mistake where it gives no boolean', async ([text, words], { folder }) => {
    const { code, stderr } = await burst(
      folder,
      'POST /api/fixed',
      ...[
        '-c',
        '2',
        '--reset',
        `POST ${api.url}/reset`,
        '--after',
        'GET /state',
        '--trials',
        '1',
        '--expect',
        text!,
      ],
    );
    expect(code).toBe(4);
    expect(stderr).toContain(words);
  });

  it('does not wait for an expression that never ends', async ({ folder }) => {
    // Its limit is long, so that a slow machine is not taken for an endless expression: this is the one test that waits for it.
    const { code, row } = await report(
      folder,
      'POST /api/fixed',
      ...[
        '-c',
        '2',
        '--trials',
        '1',
        ...BODY,
        '--expect',
        '($f := function() { $f() }; $exists(answers) and $f())',
      ],
    );
    expect([code, row.verdict]).toEqual([2, 'inconclusive']);
    expect(row.reasons.join()).toContain('did not end within');
  });

  it('runs one trial where nothing brings the state back', async ({ folder }) => {
    const { code, stdout, stderr } = await burst(
      folder,
      'POST /api/fixed',
      ...['-c', '4', '--body', `{"slot":"once-${process.pid}"}`, '--expect', '200 = 1', '--no-report'],
    );
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('0 of 1');
    expect(stderr).toContain('in 1 trial: at most 4 requests');
    expect(stderr).toContain('One trial only: nothing brings the state back');
  });

  it('cannot run where nothing listens, or a reset fails', async ({ folder }) => {
    const nobody = await folder.run(['burst', 'GET', 'http://127.0.0.1:9/', '--expect', '200 = 33']);
    expect(nobody.code, nobody.stdout).toBe(3);
    expect(nobody.stdout + nobody.stderr).toContain('Nothing answers at http://127.0.0.1:9');
    const noReset = await burst(folder, 'POST /api/fixed', '--reset', 'POST /nowhere', '--expect', '200 = 1');
    expect(noReset.code).toBe(3);
    expect(noReset.stdout).toContain('expected 2xx or 3xx from --reset POST /nowhere, got 404');
  });
});
