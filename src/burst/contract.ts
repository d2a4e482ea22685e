import { z } from 'zod';
import type { Contract } from '../core/contract.js';
import type { Json } from '../core/json.js';

/** A line that is parsed JSON already: any value but nothing. */
const json = z.custom<Json>((value) => value !== undefined, 'expected a JSON value');
const count = z.number().int().nonnegative();

/** Which request a client sends, and what its templates were filled in with. Its headers are left out: they hold tokens. */
const input = z.object({
  /** `POST /api/bookings`, as it was written. */
  request: z.string(),
  /** From 1. */
  trial: count,
  /** The numbers that the seed drew: one for the trial, one for this request. */
  fresh: z.string(),
  random: z.string(),
  /** The place of the request among those of the burst. */
  place: count,
  /** What it touches. Default: the same as all of its burst. */
  key: z.string().optional(),
});

const answer = z.object({
  status: count,
  /** Parsed where it is JSON, else a text. */
  body: json,
  ms: z.number().nonnegative(),
});

const initial = z.object({
  trial: count,
  fresh: z.string(),
  /** What must be true of the trial. */
  expect: z.array(z.string()),
});

/** What was asked for around the burst; absent where nothing was. */
const final = z.object({
  before: json.optional(),
  after: json.optional(),
  /** It was asked for, and is gone with the process that held it. */
  lostBefore: z.boolean().optional(),
});

export type BurstInput = Readonly<z.infer<typeof input>>;
export type BurstAnswer = Readonly<z.infer<typeof answer>>;
export type BurstInitial = Readonly<z.infer<typeof initial>>;
export type BurstFinal = Readonly<z.infer<typeof final>>;

export type Burst = {
  readonly operations: { readonly request: { readonly input: BurstInput; readonly output: BurstAnswer } };
  readonly initial: BurstInitial;
  readonly final: BurstFinal;
};

/** Clients send one request each. Every answer is an outcome, whatever its status; no answer is none. */
export const burst: Contract<Burst> = {
  name: 'burst',
  summary: 'Clients send one HTTP request each.',
  operations: { request: { input, output: answer, keys: ({ key = 'all' }) => [key] } },
  initial,
  final,
};
