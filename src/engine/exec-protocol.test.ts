import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execEvent, execReply, execRequest } from './exec-protocol.js';

const page = readFileSync(new URL('../../docs/exec-protocol.md', import.meta.url), 'utf8');
const [, example = ''] = /```jsonl\n([^]*?)```/.exec(page) ?? [];
const lines = example.trim().split('\n');
const EVENTS = { invoke: 1, ok: 1, fail: 1, info: 1, note: 1 };
const parse = (line: string) => JSON.parse(line.slice(2)) as { readonly type: string };

describe('the protocol of programs, as its page shows it', () => {
  it.each(lines)('%s', (line) => {
    const json = parse(line);
    const schema = line.startsWith('>') ? execRequest : json.type in EVENTS ? execEvent : execReply;
    // Nothing is left out: an unknown field would be.
    expect(schema.parse(json)).toEqual(json);
  });

  it('has every request and every answer', () => {
    const types = new Set(lines.map((line) => `${line[0]} ${parse(line).type}`));
    for (const { shape } of execRequest.options) expect(types).toContain(`> ${shape.type.value}`);
    for (const type of ['hello', 'ready', 'done', 'state', 'invoke', 'ok', 'note'])
      expect(types).toContain(`< ${type}`);
  });

  it('lets a later field through, and refuses an event without its time', () => {
    expect(execReply.safeParse({ type: 'ready', later: 1 }).success).toBe(true);
    expect(execEvent.safeParse({ type: 'invoke', client: 0 }).success).toBe(false);
  });
});
