import { expect, it } from 'vitest';
import { AnswerGroups } from './answer-groups.js';

function grouped(trials: readonly (readonly string[])[], violated?: number) {
  const groups = new AnswerGroups();
  trials.forEach((answers, trial) => {
    const shown = answers.map((one) => {
      const [label = '', ...text] = one.split(' ');
      return { label, text: text.join(' ') };
    });
    groups.add(shown, { trial, isViolated: trial === violated });
  });
  return groups.groups();
}

const line = ({ label, text, count, trials }: ReturnType<typeof grouped>[number]) =>
  `${count} x ${label} ${text} in ${trials}`;

it('puts equal answers together, and tells in how many trials they were given', () => {
  const groups = grouped([['200 {"ok":true}', '409 taken', '409 taken'], ['409 taken']]);
  expect(groups.map(line)).toEqual(['1 x 200 {"ok":true} in 1', '3 x 409 taken in 2']);
});

it('folds a number, an id and a time that differ from one answer to the next', () => {
  const groups = grouped([
    [
      '200 {"id":1,"key":"5f0c1a52-6f1e-4a5c-9d57-0a3f0a3f0a3f","at":"2026-11-25T10:00:00.000Z","left":7}',
      '200 {"id":2,"key":"6f0c1a52-6f1e-4a5c-9d57-0a3f0a3f0a3f","at":"2026-11-25T10:00:00.001Z","left":7}',
      '200 {"id":3,"key":"7f0c1a52-6f1e-4a5c-9d57-0a3f0a3f0a3f","at":"2026-11-25T10:00:00.002Z","left":7}',
    ],
  ]);
  expect(groups.map(line)).toEqual(['3 x 200 {"id":#,"key":"#","at":"#","left":7} in 1']);
});

it('folds a token that differs from one answer to the next, whatever it is made of', () => {
  const tokens = ['k3x9qzt1a', 'abcdefghij', '0p-_Z.tail'];
  const answers = tokens.map(
    (token) => `200 {"refresh_token":"${token}","session":"s${token.length}k3x9${token.charCodeAt(0)}"}`,
  );
  expect(grouped([answers]).map(line)).toEqual(['3 x 200 {"refresh_token":"#","session":"#"} in 1']);
});

it('keeps numbers apart that have few values, each given more than once', () => {
  const groups = grouped([['409 left 0', '409 left 0', '409 left -1', '409 left -1', '409 left 0']]);
  expect(groups.map(line)).toEqual(['3 x 409 left 0 in 1', '2 x 409 left -1 in 1']);
});

it('folds what has many values though they repeat', () => {
  const numbers = Array.from({ length: 40 }, (_, place) => `200 number ${place % 10}`);
  expect(grouped([numbers, numbers]).map(line)).toEqual(['80 x 200 number # in 2']);
});

it('shows a single answer as it was', () => {
  expect(grouped([['200 {"id":17}']]).map(line)).toEqual(['1 x 200 {"id":17} in 1']);
});

it('counts the answers of the first violated trial by themselves', () => {
  const groups = grouped(
    [
      ['200 a', '409 b'],
      ['200 a', '200 a'],
      ['200 a', '200 a', '409 b'],
    ],
    1,
  );
  expect(groups.map(({ label, inFirstViolated }) => [label, inFirstViolated])).toEqual([
    ['200', 2],
    ['409', 0],
  ]);
  expect(grouped([['200 a']])[0]).not.toHaveProperty('inFirstViolated');
});

it('holds no more than so many texts of one shape', () => {
  const groups = new AnswerGroups();
  for (let trial = 0; trial < 30; trial += 1) {
    const answers = Array.from({ length: 100 }, (_, place) => ({
      label: '200',
      text: `id ${trial * 100 + place}`,
    }));
    groups.add(answers, { trial, isViolated: false });
  }
  expect(groups.groups()).toEqual([{ label: '200', text: 'id #', count: 3_000, trials: 30 }]);
});
