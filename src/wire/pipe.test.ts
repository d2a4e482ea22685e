import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openPipe } from './pipe.js';

function opened() {
  const told: string[] = [];
  const pipe = openPipe({
    sent: () => told.push('sent'),
    received: () => told.push('received'),
    connected: (port) => told.push(`connected from ${port}`),
  });
  return { ...pipe, told };
}

describe('a connection inside the process', () => {
  it('carries what is written to the other end, in its order, and tells of it', async () => {
    const { driver, wire, told } = opened();
    driver.connect();
    await once(driver, 'connect');
    driver.connectedFrom(4_711);
    driver.cork();
    driver.write('one ');
    driver.write('two');
    driver.uncork();
    expect(String((await once(wire, 'data'))[0])).toBe('one two');
    wire.write('three');
    expect(String((await once(driver, 'data'))[0])).toBe('three');
    expect(told).toEqual(['connected from 4711', 'sent', 'received']);
    expect(driver.localPort).toBe(4_711);
  });

  it('arrives in a turn of its own, never inside the write', async () => {
    const { driver, wire } = opened();
    const seen: string[] = [];
    wire.on('data', () => seen.push('arrived'));
    driver.write('x');
    seen.push('written');
    await once(wire, 'data');
    expect(seen).toEqual(['written', 'arrived']);
  });

  it('is closed at both ends when one of them ends or is destroyed, and what came before is read', async () => {
    for (const how of ['end', 'destroy'] as const) {
      const { driver, wire } = opened();
      const heard: string[] = [];
      wire.on('data', (chunk: Buffer) => heard.push(String(chunk)));
      driver.resume();
      driver.write('bye');
      if (how === 'destroy') await once(wire, 'data');
      driver[how]();
      await Promise.all([once(wire, 'close'), once(driver, 'close')]);
      expect(heard).toEqual(['bye']);
    }
  });

  it('holds back a writer whose reader does not read', async () => {
    const { driver, wire } = opened();
    const chunk = Buffer.alloc(100_000);
    let written = 0;
    while (driver.write(chunk, () => (written += 1)));
    await new Promise((resolve) => setImmediate(resolve));
    driver.write(chunk, () => (written += 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(2);
    wire.resume();
    await once(driver, 'drain');
    expect(written).toBe(2);
    driver.destroy();
  });
});
