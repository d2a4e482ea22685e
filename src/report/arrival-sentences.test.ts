import { expect, it } from 'vitest';
import { aboutArrivals } from './arrival-sentences.js';
import type { JudgedTarget } from './report.js';
import { gateHolds, holding } from './report.fixture.js';

function told(id: string, of: Partial<JudgedTarget>): string[] {
  return aboutArrivals({ ...gateHolds, targets: [holding(id, 1, of)] }).map(({ text }) => text);
}

it('tells how close together the requests to an API left, and arrived', () => {
  const spreads = {
    firstRequestSpreadMs: { median: 0.312, max: 2.9 },
    arrivalSpreadMs: { median: 1.25, max: 12 },
  };
  expect(told('http/my-shop', spreads)).toEqual([
    "The requests of a simultaneous start on http/my-shop left within 312 us of each other (median; at most 2.9 ms), and arrived within 1.3 ms of each other (median; at most 12 ms) by the server's own word.",
  ]);
  expect(told('postgres/for-update', spreads)).toEqual([]);
});

it('says nothing of one instant where the clock of a server is too coarse to tell arrivals apart', () => {
  const of = (max: number) => told('http/my-shop', { arrivalSpreadMs: { median: 0, max } });
  expect(of(1)).toEqual([
    "The requests of a simultaneous start on http/my-shop arrived closer to each other than its clock tells (median; at most 1.0 ms) by the server's own word.",
  ]);
  expect(of(0)[0]).toContain('than its clock tells (median) by');
});

it('tells of answers without the time that was asked for', () => {
  expect(told('http/my-shop', { counts: { 'no-arrival': 33 } })).toEqual([
    '33 answers of http/my-shop had no time in the arrival header, or none in a form that is read: nothing is told of arrivals in their trials.',
  ]);
});

it('tells of an API that holds and answers in turn that its requests may never have met', () => {
  const latencyMs = { min: 4, p50: 20, p95: 30, p99: 30, max: 30 };
  const of = (medianMs: number) => ({ latencyMs, answersApartMs: { median: medianMs, max: 9 } });
  expect(told('http/my-shop', of(3.5))).toEqual([
    'The answers of http/my-shop to a simultaneous start came one after the other, 3.5 ms apart (median; the fastest operation took 4.0 ms): requests were taken in turn, by a lock of the API, or by a single worker or a proxy in front of it. If it was no lock, they never met: try it with as many workers as in production.',
  ]);
  expect(told('http/my-shop', of(1))).toEqual([]);
  expect(told('http/my-shop', { ...of(3.5), verdict: 'violated' })).toEqual([]);
  expect(told('postgres/for-update', of(3.5))).toEqual([]);
  const control = { target: 'http/reference-server', caught: true, shows: [], reason: '' };
  expect(
    told('http/my-shop', { ...of(3.5), control: { ...control, description: 'not your code' } }),
  ).toHaveLength(1);
  expect(told('http/my-shop', { ...of(3.5), control: { ...control, target: 'http/naive' } })).toEqual([]);
});

it('allows for requests of several kinds, of which one takes longer, and says nothing of a control in turn', () => {
  const latencyMs = { min: 4, p50: 20, p95: 30, p99: 30, max: 30 };
  const inTurn = { latencyMs, answersApartMs: { median: 3.5, max: 9 } };
  const [sentence] = told('http/my-shop', { ...inTurn, sweep: { planned: 40, tried: 2 } });
  expect(sentence).toContain('a proxy in front of it, or one kind takes longer by itself. If it was no lock');
  expect(told('http/reference-server', { ...inTurn, role: 'control' })).toEqual([]);
});

it('tells of answers before the release, and of connections that had to be opened anew', () => {
  expect(told('http/my-shop', { counts: { 'early-answer': 33, reconnect: 1 } })).toEqual([
    '33 requests of http/my-shop were answered before the end of the body was let go: this server does not wait for it, so from then on the end of the head was held (over HTTP/2: nothing).',
    '1 connection of http/my-shop had to be opened anew: the server closes those that are idle.',
  ]);
});
