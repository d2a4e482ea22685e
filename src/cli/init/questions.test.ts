import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askFor } from './questions.js';

/** Answers each question as it comes. */
async function asked(known: Partial<Parameters<typeof askFor>[0]>, answers: readonly string[]) {
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

it('asks again for a base URL that cannot be used, with all that is wrong with it', async () => {
  const { replies, questions } = await asked({}, [
    'seats',
    '',
    'localhost:4000',
    'http://0.0.0.0:4000/?a=1',
    '',
  ]);
  expect(replies).toEqual({ contract: 'seats', command: undefined, baseUrl: undefined });
  expect(questions.slice(3)).toEqual([
    expect.stringMatching(
      /^This cannot be: it begins with "localhost:", .*\. \[http:\/\/127\.0\.0\.1:3000\]$/,
    ),
    expect.stringMatching(/^This cannot be: it leads to 0\.0\.0\.0:4000, .*; it has a query, /),
  ]);
});

it('asks for a command until there is one, where it was told of stores', async () => {
  const { replies, questions } = await asked({ contract: 'seats', stores: ['postgres', 'redis'] }, [
    '',
    'npm start',
  ]);
  expect(replies).toEqual({ contract: 'seats', command: 'npm start', baseUrl: undefined });
  expect(questions).toEqual([
    'Which command starts it?',
    'postgres and redis would be there for nobody. Which command starts it?',
  ]);
});

it('says that nothing was written where the input ends', async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  output.once('data', () => input.end());
  const none = { contract: undefined, baseUrl: undefined, command: undefined };
  await expect(askFor(none, { input, output })).rejects.toThrow('nothing was written');
});
