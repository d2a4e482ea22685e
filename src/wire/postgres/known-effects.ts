import type { Catalogue } from './catalogue.js';
import { type Effect, NO_DATA } from './effects.js';
import { NO_LOCKS } from './footprint.js';
import { NO_PARAMETERS, type Parameters, type ParameterValue } from './known-values.js';
import type { Asked } from './labels.js';
import type { Portal } from './session-state.js';
import { asNode, isObject, parseSql } from './sql-parser.js';
import { effectsOf } from './statement-effects.js';
import { decodeBinary } from './values.js';

/** Schedules have the same statements again and again. */
const known = new WeakMap<Catalogue, Map<string, KnownStatement>>();
const MOST_STATEMENTS = 500;
const MOST_VALUES = 500;

/** The effects of a statement, by the values of those parameters that they rest on. */
interface KnownStatement {
  /** Numbers of parameters, from 1, that were looked at in any reading. */
  readonly looksAt: Set<number>;
  readonly byValues: Map<string, readonly Effect[]>;
}

/**
 * What a part of a request does. Equal ones get the same list. Read anew only where a value is another one that was looked
 * at: an id that is only stored differs in every schedule, and decides nothing.
 */
export function effectsAsked(asked: Asked, catalogue: Catalogue): readonly Effect[] {
  if (asked.kind === 'unknown') return [{ kind: 'unknown', why: asked.what }];
  const { looksAt, byValues } = statementOf(asked, catalogue);
  const name = valuesOf(asked, looksAt);
  const before = byValues.get(name);
  if (before !== undefined) return before;
  const looked = looksAt.size;
  const effects = readEffects(asked, catalogue, looksAt);
  // What was kept by fewer values is found no more.
  if (looksAt.size > looked || byValues.size === MOST_VALUES) byValues.clear();
  byValues.set(valuesOf(asked, looksAt), effects);
  return effects;
}

type Readable = Exclude<Asked, { kind: 'unknown' }>;

function statementOf(asked: Readable, catalogue: Catalogue): KnownStatement {
  let ofCatalogue = known.get(catalogue);
  if (ofCatalogue === undefined) known.set(catalogue, (ofCatalogue = new Map<string, KnownStatement>()));
  const name = textOf(asked);
  let statement = ofCatalogue.get(name);
  if (statement === undefined) {
    statement = { looksAt: new Set(), byValues: new Map() };
    if (ofCatalogue.size === MOST_STATEMENTS) ofCatalogue.clear();
    ofCatalogue.set(name, statement);
  }
  return statement;
}

function textOf(asked: Readable): string {
  if (asked.kind === 'run') return `run ${asked.sql}`;
  if (asked.kind === 'prepare') return `prepare ${asked.statement.sql}`;
  const { sql, types } = asked.portal.statement;
  return `${asked.kind} ${types.join()} ${sql}`;
}

function valuesOf(asked: Readable, looksAt: ReadonlySet<number>): string {
  if (!('portal' in asked) || looksAt.size === 0) return '';
  const { values } = asked.portal;
  const texts = [...looksAt].map((number) => {
    const value = values[number - 1];
    return value && [value.isBinary, value.bytes?.toString('latin1')];
  });
  return JSON.stringify(texts);
}

function readEffects(asked: Readable, catalogue: Catalogue, looksAt: Set<number>): readonly Effect[] {
  switch (asked.kind) {
    case 'run':
      return effectsOf(asked.sql, catalogue, NO_PARAMETERS);
    case 'run-portal':
      return effectsOf(asked.portal.statement.sql, catalogue, parametersOf(asked.portal, looksAt));
    case 'prepare':
      return effectsOf(asked.statement.sql, catalogue, NO_PARAMETERS).map(preparing);
    case 'bind':
      return effectsOf(asked.portal.statement.sql, catalogue, parametersOf(asked.portal, looksAt)).map(
        binding,
      );
  }
}

/** The server looks up names, with a snapshot, and locks tables as the statement will. */
function preparing(effect: Effect): Effect {
  if (effect.kind === 'data') {
    return {
      ...NO_DATA,
      takesSnapshot: effect.takesSnapshot,
      asks: { ...NO_LOCKS, tables: effect.asks.tables },
    };
  }
  return effect.kind === 'unknown' ? NO_DATA : { kind: 'nothing' };
}

/** The snapshot is taken through which rows are fetched later, as cursors of drivers do: pg-cursor. */
function binding(effect: Effect): Effect {
  if (effect.kind === 'data') {
    const { reads, scans, takesSnapshot, asks } = effect;
    return { ...NO_DATA, reads, scans, takesSnapshot, asks: { ...NO_LOCKS, tables: asks.tables } };
  }
  return effect.kind === 'unknown' ? effect : { kind: 'nothing' };
}

/** Values of parameters whose type is open may be made something else by a cast around them. */
function parametersOf({ statement, values }: Portal, looksAt: Set<number>): Parameters {
  const cast = castParameters(statement.sql);
  const read = (number: number, type: number): ParameterValue => {
    looksAt.add(number);
    const value = values[number - 1];
    if (value === undefined) return undefined;
    if (value.bytes === null) return null;
    const text = value.isBinary ? decodeBinary(type, value.bytes) : value.bytes.toString('utf8');
    return text === undefined ? undefined : { text, type };
  };
  const typeOf = (number: number) => statement.types[number - 1] ?? 0;
  return {
    value: (number) => (typeOf(number) === 0 && cast.has(number) ? undefined : read(number, typeOf(number))),
    castValue: (number) => read(number, typeOf(number)),
  };
}

const casts = new WeakMap<object, ReadonlySet<number>>();

function castParameters(sql: string): ReadonlySet<number> {
  const statements = parseSql(sql);
  if (statements === undefined) return new Set();
  const known = casts.get(statements);
  if (known !== undefined) return known;
  const found = new Set<number>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look);
    if (!isObject(value)) return;
    const node = asNode(value);
    const argument = node?.kind === 'TypeCast' ? asNode(node.fields['arg']) : undefined;
    if (argument?.kind === 'ParamRef') found.add(Number(argument.fields['number'] ?? 0));
    Object.values(value).forEach(look);
  };
  statements.forEach(({ kind, fields }) => look({ [kind]: fields }));
  casts.set(statements, found);
  return found;
}
