/**
 * A program that speaks the protocol of `--exec`, and does one thing wrong: node exec-program.fixture.mjs <what>. Each client
 * sends one line to each server that it was given and waits for the answer; without a server it waits for two milliseconds.
 */
import { spawn } from 'node:child_process';
import net from 'node:net';
import readline from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const [wrong = 'nothing'] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const written = (text) => new Promise((resolve) => process.stdout.write(text, resolve));
const monotonic = () => process.hrtime.bigint();

if (wrong === 'a child that outlives it') spawn('sleep', ['3600'], { stdio: 'inherit' });
if (wrong === 'exits at once') {
  console.error('no licence');
  process.exit(7);
}

let armed = [];
const sockets = new Map();

async function attempts({ client, delayNs, attempts: plan, stores }, startAtNs) {
  const lies = { 'a time to come': () => 1e12, 'begins early': () => -1 };
  const at = lies[wrong] ?? (() => Number(monotonic() - startAtNs));
  const tell = (type, fields) => say({ type, client, timeNs: at(), ...fields });
  while (monotonic() < startAtNs + BigInt(delayNs)) await wait(0);
  for (const { f, input } of wrong === 'one attempt too few' ? plan.slice(1) : plan) {
    if (f !== 'book') throw new Error(`unknown operation ${f}`);
    if (wrong !== 'no invoke') tell('invoke');
    const open = sockets.get(client) ?? [];
    if (open.length === 0) await wait(2);
    for (const socket of open) {
      socket.write('hello\n');
      await new Promise((resolve) => socket.once('data', resolve));
    }
    tell('note', { kind: 'read', fields: { seats: 1 } });
    if (wrong === 'dies in a burst') process.exit(9);
    if (wrong === 'doubts') tell('info', { error: { code: 'timeout', message: 'no answer' } });
    else if (wrong === 'a span outside')
      tell('ok', { value: 1, span: { firstRequestNs: -5, lastAnswerNs: 1 } });
    else tell('ok', { value: { client, input, ports: Object.values(stores).map(({ port }) => port) } });
    if (wrong === 'an answer too many') tell('ok', { value: 1 });
  }
}

async function connect({ client, fresh, stores }) {
  if (!fresh) return;
  const open = Object.values(stores).filter(({ port }) => port > 0);
  sockets.set(
    client,
    await Promise.all(
      open.map(async ({ host, port }) => {
        const socket = net.connect(port, host);
        await new Promise((resolve) => socket.once('connect', resolve));
        return socket;
      }),
    ),
  );
}

const answers = {
  hello: () => ({
    ...{
      type: 'hello',
      protocol: wrong === 'another protocol' ? 2 : 1,
      contract: 'seats',
      id: 'file/fixture',
    },
    monotonicNs: String(wrong === 'another clock' ? BigInt(Date.now()) * 1_000_000n : monotonic()),
  }),
  load: () => ({ type: 'ready' }),
  reset: async () => {
    if (wrong === 'a line without an end') for (;;) await written('x'.repeat(1024 * 1024));
    if (wrong === 'cannot reset') throw new Error('the disk is full');
    return { type: wrong === 'another answer' ? 'done' : 'ready' };
  },
  arm: async ({ clients }) => {
    if (wrong === 'an event too early') say({ type: 'invoke', client: 0, timeNs: 1 });
    await Promise.all(clients.map(connect));
    armed = clients;
    return { type: 'ready' };
  },
  go: async ({ startAtNs }) => {
    if (wrong === 'prints') console.log('Hello, world');
    if (wrong === 'another shape') say({ type: 'ok', client: 'Ann', timeNs: 1 });
    if (wrong === 'somebody else') say({ type: 'invoke', client: 99, timeNs: 1 });
    await Promise.all(armed.map((plan) => attempts(plan, BigInt(startAtNs))));
    return { type: 'done', counts: { retry: 3 } };
  },
  read: () => ({ type: 'state', value: { left: 0 } }),
  stop: () => ({ type: 'ready' }),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const isHanging = wrong === 'a child that outlives it' && request.type === 'go';
  if (isHanging || wrong === `silent at ${request.type}`) {
    console.error('thinking');
    continue;
  }
  try {
    say(await answers[request.type](request));
  } catch (error) {
    say({ type: 'error', message: error.message });
  }
  if (request.type === 'stop') process.exit(0);
}
process.exit(0);
