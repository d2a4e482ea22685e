import { expect, it } from 'vitest';
import { readExpectation, type Expectation } from './expectation.js';

async function read(text: string): Promise<{ expectation: Expectation | undefined; problems: string[] }> {
  const problems: string[] = [];
  return { expectation: await readExpectation(text, problems), problems };
}

it.each([
  ['200 = 1', '200', '=', 1],
  ['2xx=1', '2xx', '=', 1],
  [' 409 >= 99 ', '409', '>=', 99],
  ['5XX != 0', '5xx', '!=', 0],
])('reads %j as the count of a status', async (text, status, comparison, count) => {
  const { expectation, problems } = await read(text);
  expect(problems).toEqual([]);
  expect(expectation).toEqual({ kind: 'count', text, status, comparison, count });
});

it.each([
  'after.stock >= 0',
  '$sum(after.items.sold) + after.stock = 20',
  '$count($distinct(answers.body.number)) = 100',
  '($ok := answers[status = 200]; $count($ok) = 1)',
  '$count($filter(answers, function($one, $place) { $one.ms < 5 and $place > 0 })) = 0',
  '$count(answers#$i[$i > 0]) = 9',
  '$count(after.orders@$order.lines[$order.id = id]) > 0',
  '$count((answers)[status = 200]) = 1',
  '$sort(answers, function($a, $b) { $a.ms > $b.ms })[0].status = 200',
  '$count(answers[status = 200 and body.left < $$.before.left]^(>ms).client) = 1',
  '$exists(answers@$one.after[left > $one.ms]) or $.after.left = 0',
  '(answers{request: $count($)}).`POST /api/bookings` = 100',
  '$map(answers, function($one) { $one.anything }) = [] or answers ~> |body|{"total": price}| = 1',
  'after.answers.total = 1 and $count(answers.(status; body)) = 1',
])('takes %j for an expression', async (text) => {
  const { expectation, problems } = await read(text);
  expect(problems).toEqual([]);
  expect(expectation).toMatchObject({ kind: 'expression', text });
});

it.each([
  ['after.stock >=', '              ^', 'unexpected end'],
  ['after.stock >= 0 and and 1', '                         ^', 'syntax error'],
  ['answers[status=200', '                  ^', 'expected "]"'],
  ['after.stock >=> 0', '              ^', 'unary operator'],
  ['after.stock == 0', '             ^', 'as a unary operator (JSONata writes =, and, or, $not(...))'],
  ['after.stock >= 0 && after.sold < 2', '                  ^', '(JSONata writes'],
  ['$cout(answers) = 1', '^', 'names $cout, which is nothing'],
  ['answers.status in $good', '                  ^', 'names $good, which is nothing'],
  ['', '^', 'unexpected end'],
  ['afer.stock = 0', '^', 'names afer, which is nothing: the document has answers, before, after'],
  ['$count(answer[status = 200]) <= 1', '       ^', 'names answer, which is nothing'],
  [
    '$count(answers[stauts = 200]) <= 1',
    '               ^',
    'an answer has status, body, ms, client, request',
  ],
  ['$count(answers^(mss).status) = 1', '                ^', 'names mss, which is nothing'],
  ['answers.state = "ok"', '        ^', 'names state, which is nothing'],
  ['$$.afer.stock >= 0', '   ^', 'names afer, which is nothing'],
  ['$exists(answers@$one.status)', '                     ^', 'names status, which is nothing'],
  ['200 = x', '      ^', 'names x, which is nothing'],
  ['200 = 1 and true', '    ^', 'compares two numbers, 200 = 1'],
])('puts a caret under what is wrong with %j', async (text, caret, words) => {
  const { expectation, problems } = await read(text);
  expect(expectation).toBeUndefined();
  expect(problems).toHaveLength(1);
  const [first = '', line, under] = problems[0]!.split('\n');
  expect(first.toLowerCase()).toContain(words.toLowerCase());
  expect(line).toBe(`    ${text}`);
  expect(under).toBe(`    ${caret}`);
});

it.each(['true', '"a" < "b" and true', '$random() < 2', '($f := function($x) { $x > 0 }; $f(1))'])(
  'refuses %j, which is the same whatever was answered',
  async (text) => {
    const { expectation, problems } = await read(text);
    expect(expectation).toBeUndefined();
    expect(problems).toEqual([
      `expected something of answers, before, after in --expect '${text}', which is the same whatever was answered`,
    ]);
  },
);

it.each([
  '$count($.answers) = 1',
  '$exists(*.stock)',
  '$count(**.stock) = 1',
  '$eval("after.stock = 0")',
  '$string($$) != ""',
])('knows that %j may depend on the document', async (text) => {
  expect((await read(text)).problems).toEqual([]);
});

it('has the caret below what is wrong behind characters that take two columns, or none', async () => {
  const { problems } = await read('"日本語e\u0301" & answres = 1');
  expect(problems[0]!.split('\n').slice(1)).toEqual([
    '    "日本語e\u0301" & answres = 1',
    `    ${' '.repeat(12)}^`,
  ]);
});

it.each([
  ['after.stock >= 0', ['after']],
  ['before.stock = after.stock + $sum(after.items[answers > 1].before)', ['before', 'after']],
  ['$count(answers[status = 200]) = 1', ['answers']],
  ['$$.after.stock > 0', ['after']],
  ['$count(answers[body.left > $$.before.left]) = 0', ['answers', 'before']],
])('knows what %j looks up in the document itself', async (text, names) => {
  expect((await read(text)).expectation).toMatchObject({ names });
});

it('shows the line that is wrong in an expression of several', async () => {
  const { problems } = await read('(\n\tafter.stock >= ;\n)');
  expect(problems[0]!.split('\n').slice(1)).toEqual(['    \tafter.stock >= ;', '    \t               ^']);
});
