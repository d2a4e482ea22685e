import { demandNone, UsageError } from '../../core/usage-error.js';
import type { Blocker, PermutationStep, Spec, SpecSession, SpecStep } from './spec.js';
import { type Token, tokensOf } from './spec-tokens.js';

/** A step of a permutation, before its names are looked up. */
interface NamedStep {
  readonly name: Token;
  readonly blockers: readonly NamedBlocker[];
}

interface NamedBlocker {
  /** Undefined for `*`. */
  readonly name: Token | undefined;
  readonly notices: number | undefined;
}

/** Reads a spec. Throws a `UsageError`: at the first place that is no spec, else with all names that lead nowhere. */
export function parseSpec(text: string): Spec {
  const reader = new Reader(tokensOf(text));
  const setups: string[] = [];
  for (let sql = reader.section('setup'); sql !== undefined; sql = reader.section('setup')) setups.push(sql);
  const teardown = reader.section('teardown');
  const sessions: SpecSession[] = [];
  while (reader.keyword('session')) sessions.push(readSession(reader, sessions.length));
  if (sessions.length === 0) reader.fail('a session');
  const named: NamedStep[][] = [];
  while (reader.keyword('permutation')) named.push(readPermutation(reader));
  if (reader.next.kind !== 'end')
    reader.fail(named.length > 0 ? 'a permutation' : 'a session or a permutation');
  return { setups, teardown, sessions, permutations: lookUp(named, sessions) };
}

function readSession(reader: Reader, session: number): SpecSession {
  const { text: name } = reader.take('name', 'the name of the session');
  const setup = reader.section('setup');
  const steps: SpecStep[] = [];
  while (reader.keyword('step')) {
    const { text: step } = reader.take('name', 'the name of the step');
    steps.push({ name: step, sql: reader.take('sql', 'SQL in braces').text, session });
  }
  if (steps.length === 0) reader.fail('a step');
  return { name, setup, steps, teardown: reader.section('teardown') };
}

function readPermutation(reader: Reader): NamedStep[] {
  const steps: NamedStep[] = [];
  while (reader.next.kind === 'name') {
    const name = reader.take('name', 'the name of a step');
    const blockers: NamedBlocker[] = [];
    if (reader.mark('(')) {
      do blockers.push(readBlocker(reader));
      while (reader.mark(','));
      if (!reader.mark(')')) reader.fail('")" or ","');
    }
    steps.push({ name, blockers });
  }
  if (steps.length === 0) reader.fail('the name of a step');
  return steps;
}

function readBlocker(reader: Reader): NamedBlocker {
  if (reader.mark('*')) return { name: undefined, notices: undefined };
  const name = reader.take('name', 'the name of a step, or *');
  if (!reader.keyword('notices')) return { name, notices: undefined };
  return { name, notices: Number(reader.take('number', 'a number of notices').text) };
}

function lookUp(
  named: readonly (readonly NamedStep[])[],
  sessions: readonly SpecSession[],
): readonly (readonly PermutationStep[])[] {
  const problems: string[] = [];
  const steps = new Map<string, SpecStep>();
  for (const step of sessions.flatMap((session) => session.steps)) {
    if (steps.has(step.name)) problems.push(`expected names of steps to differ, got "${step.name}" twice`);
    steps.set(step.name, step);
  }
  const find = ({ text, line }: Token): SpecStep | undefined => {
    const step = steps.get(text);
    if (step === undefined) problems.push(`line ${line}: expected the name of a step, got "${text}"`);
    return step;
  };
  const permutations = named.map((permutation) =>
    permutation.flatMap(({ name, blockers }) => {
      const step = find(name);
      const found = blockers.map((blocker) => blockerOf(blocker, step, find, problems));
      return step === undefined ? [] : [{ step, blockers: found.filter((blocker) => blocker !== undefined) }];
    }),
  );
  demandNone(problems);
  return permutations;
}

function blockerOf(
  { name, notices }: NamedBlocker,
  blocked: SpecStep | undefined,
  find: (name: Token) => SpecStep | undefined,
  problems: string[],
): Blocker | undefined {
  if (name === undefined) return { kind: 'once' };
  const step = find(name);
  if (step === undefined) return undefined;
  if (notices !== undefined) return { kind: 'notices', step, count: notices };
  if (blocked !== undefined && step.session === blocked.session) {
    problems.push(
      `line ${name.line}: expected "${blocked.name}" to be blocked by a step of another session, got "${step.name}"`,
    );
  }
  return { kind: 'step', step };
}

/** Goes through tokens one by one. */
class Reader {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get next(): Token {
    return this.tokens[this.#at] ?? { kind: 'end', text: 'the end of the file', line: 0 };
  }

  keyword(word: string): boolean {
    return this.#skip('keyword', word);
  }

  mark(mark: string): boolean {
    return this.#skip('mark', mark);
  }

  /** The SQL of `setup { ... }` or `teardown { ... }`, if it stands here. */
  section(word: string): string | undefined {
    return this.keyword(word) ? this.take('sql', 'SQL in braces').text : undefined;
  }

  take(kind: Token['kind'], expected: string): Token {
    const token = this.next;
    if (token.kind !== kind) this.fail(expected);
    this.#at += 1;
    return token;
  }

  fail(expected: string): never {
    const { kind, text, line } = this.next;
    const got = kind === 'end' ? text : kind === 'sql' ? 'SQL in braces' : JSON.stringify(text);
    throw new UsageError([`line ${line}: expected ${expected}, got ${got}`]);
  }

  #skip(kind: Token['kind'], text: string): boolean {
    const { next } = this;
    if (next.kind !== kind || next.text !== text) return false;
    this.#at += 1;
    return true;
  }
}
