import { describe, expect, it } from 'vitest';
import { AT_REST } from '../socket-watch.js';
import { TransactionWatch } from './transaction-watch.js';

const COMPLETE = Buffer.from('C\0\0\0\x0bSELECT 1\0', 'latin1');
const ready = (state: string) => Buffer.from(`Z\0\0\0\x05${state}`, 'latin1');

/** What it says after these parts of answers. */
function after(...parts: readonly Buffer[]) {
  const watch = new TransactionWatch();
  for (const part of parts) watch.received(part);
  return watch.trace();
}

describe('the watch on a session', () => {
  it('knows from the end of an answer that no transaction is open', () => {
    expect(after(Buffer.concat([COMPLETE, ready('I')]))).toBe(AT_REST);
    expect(after(COMPLETE, ready('I'))).toBe(AT_REST);
  });

  it('does not say so in a transaction, nor in a failed one', () => {
    expect(after(ready('I'), Buffer.concat([COMPLETE, ready('T')]))).toBeNull();
    expect(after(ready('I'), Buffer.concat([COMPLETE, ready('E')]))).toBeNull();
  });

  it('does not say so before an answer has ended, or where its end came in two parts', () => {
    expect(after()).toBeNull();
    expect(after(ready('I'), COMPLETE)).toBeNull();
    const whole = Buffer.concat([COMPLETE, ready('I')]);
    for (let cut = 1; cut < 6; cut += 1) {
      expect(after(whole.subarray(0, -cut), whole.subarray(-cut))).toBeNull();
    }
  });

  it('does not say so once something was sent that has no answer yet', () => {
    const watch = new TransactionWatch();
    watch.received(ready('I'));
    watch.sent();
    expect(watch.trace()).toBeNull();
  });
});
