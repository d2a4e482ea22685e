import { afterEach, expect, it } from 'vitest';
import { openExpressionThread, type ExpressionThread } from './expression-thread.js';

const DOCUMENT = {
  answers: [
    { status: 200, body: { number: 1 }, ms: 2 },
    { status: 409, body: 'taken', ms: 3 },
  ],
  before: { stock: 1 },
  after: { stock: 0, items: [{ sold: 1 }] },
};

const open: ExpressionThread[] = [];
function thread(limitMs?: number): ExpressionThread {
  const opened = openExpressionThread(limitMs);
  open.push(opened);
  return opened;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

it.each([
  ['after.stock >= 0', true, false],
  ['after.stock + $sum(after.items.sold) = before.stock', true, false],
  ['after.stock > 0', false, false],
  ['$count(answers[status = 200]) = 1', true, true],
  ['$count(*) > 0 and $boolean(**.status)', true, true],
  ['after.stock > 0 and answers[0].status = 200', false, false],
])('evaluates %j, and tells whether it looked at the answers', async (text, value, readAnswers) => {
  expect(await thread().evaluate(text, DOCUMENT)).toMatchObject({ kind: 'value', value, readAnswers });
});

it.each([
  ['after.stock', '0'],
  ['after.stok >= 0', 'nothing'],
  ['answers.status', '[200,409]'],
  ['$sum', 'a function'],
])('says what %j is where it is no boolean', async (text, words) => {
  expect(await thread().evaluate(text, DOCUMENT)).toMatchObject({ value: undefined, words });
});

it('tells where an expression failed', async () => {
  expect(await thread().evaluate('answers.body + 1 = 2', DOCUMENT)).toMatchObject({
    kind: 'failed',
    position: 14,
    token: '+',
  });
});

it.each([
  ['a recursion', '($f := function() { $f() }; $f())'],
  ['a regular expression that backtracks', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(a+)+b/)'],
])('ends %s that never ends, and goes on with the next expression', async (_what, text) => {
  const evaluating = thread(1_000);
  const endless = { kind: 'endless', reason: 'it did not end within 1 s' };
  expect(await evaluating.evaluate(text, DOCUMENT)).toEqual(endless);
  expect(await evaluating.evaluate('after.stock = 0', DOCUMENT)).toMatchObject({ value: true });
  expect(await evaluating.evaluate(text, DOCUMENT)).toEqual(endless);
});
