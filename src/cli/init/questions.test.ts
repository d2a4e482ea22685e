import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askFor, type Replies } from './questions.js';

/** Answers each question as it comes. */
async function asked(known: Partial<Replies>, answers: readonly string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  const questions: string[] = [];
  const rest = [...answers];
  output.setEncoding('utf8').on('data', (text: string) => {
    questions.push(text.trim());
    input.write(`${rest.shift() ?? ''}\n`);
  });
  const none = { contract: undefined, baseUrl: undefined, command: undefined };
  return { replies: await askFor({ ...none, ...known }, { input, output }), questions };
}

it('asks what the API does, and where it is or what starts it', async () => {
  const running = await asked({}, ['bookings', '', 'http://127.0.0.1:5000']);
  expect(running.replies).toEqual({
    contract: 'bookings',
    command: undefined,
    baseUrl: 'http://127.0.0.1:5000',
  });
  expect(running.questions[0]).toContain('bookings: guests book tables');
  const started = await asked({}, ['seats', 'npm start']);
  expect(started.replies).toEqual({ contract: 'seats', command: 'npm start', baseUrl: undefined });
});

it('does not ask for what is known', async () => {
  const { replies, questions } = await asked({ contract: 'orders', baseUrl: 'http://127.0.0.1:1' }, ['']);
  expect(replies).toEqual({ contract: 'orders', command: undefined, baseUrl: 'http://127.0.0.1:1' });
  expect(questions).toHaveLength(1);
});

it('asks again where an answer is no contract, before it asks for anything else', async () => {
  const { replies, questions } = await asked({}, ['seat', 'bus', 'seats', 'npm start']);
  expect(replies).toMatchObject({ contract: 'seats', command: 'npm start' });
  expect(questions.slice(1, 3)).toEqual([
    '"seat" is none of these. [checkout]',
    '"bus" is none of these. [checkout]',
  ]);
});

it('says that nothing was written where the input ends', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  output.once('data', () => input.end());
  const none = { contract: undefined, baseUrl: undefined, command: undefined };
  await expect(askFor(none, { input, output })).rejects.toThrow('nothing was written');
});
