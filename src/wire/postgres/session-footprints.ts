import { type Catalogue, NO_CATALOGUE } from './catalogue.js';
import { type Effect, type Isolation, NO_DATA } from './effects.js';
import { type Locks, NO_LOCKS, type PostgresFootprint, unknownFootprint } from './footprint.js';
import type { Asked } from './labels.js';
import { NO_PARAMETERS, type Parameters, type ParameterValue } from './known-values.js';
import type { Request } from './requests.js';
import type { Portal } from './session-state.js';
import { asNode, isObject, parseSql } from './sql-parser.js';
import { effectsOf } from './statement-effects.js';
import {
  held,
  newSession,
  type Outcome,
  type TransactionView,
  walk,
  type Walked,
} from './transaction-effects.js';
import { decodeBinary } from './values.js';

/** A footprint without what only the sight of all sessions tells. */
export type OwnFootprint = Omit<PostgresFootprint, 'contends'>;

/** What all sessions of a wire go by: nothing before the catalogue was read, nor after the schema was changed. */
export interface Known {
  catalogue: Catalogue | undefined;
}

/** Follows one session from step to step. */
export class SessionFootprints {
  #view = newSession('unknown');

  constructor(private readonly known: Known) {}

  get holds(): Locks {
    return held(this.#view);
  }

  get view(): TransactionView {
    return this.#view;
  }

  /** The catalogue was read. A session that set no isolation of its own has `isolation`. No transaction may be open. */
  learned(isolation: Isolation): void {
    const { sessionIsolation, sessionLocks, lostSession } = this.#view;
    this.#view = {
      ...newSession(sessionIsolation === 'unknown' ? isolation : sessionIsolation),
      sessionLocks,
      ...(lostSession !== undefined && { lostSession }),
    };
  }

  /** What a request will touch at most, unless it fails. */
  before(request: Request, asked: readonly Asked[]): OwnFootprint {
    return this.#walk(request, asked).footprint;
  }

  /** What it touched; the session is followed to behind it. */
  after(
    request: Request,
    asked: readonly Asked[],
    outcome: Omit<Outcome, 'counts'>,
    tags: readonly string[],
  ): OwnFootprint {
    const { footprint, view } = this.#walk(request, asked, outcome, tags);
    this.#view = view;
    return footprint;
  }

  #walk(
    request: Request,
    asked: readonly Asked[],
    outcome?: Omit<Outcome, 'counts'>,
    tags: readonly string[] = [],
  ): Walked {
    const { catalogue } = this.known;
    const parts = asked.map((one) => effectsAsked(one, catalogue ?? NO_CATALOGUE));
    const effects = request.ends === 'terminate' ? [FAREWELL] : parts.flat();
    const endsImplicit = request.ends !== 'flush';
    const counts = isOneRun(asked) ? countsOf(parts, tags) : [];
    const walked = walk(this.#view, effects, endsImplicit, outcome && { ...outcome, counts });
    const change = effects.find(({ kind }) => kind === 'changes-schema');
    if (outcome !== undefined && change !== undefined) this.known.catalogue = undefined;
    if (catalogue !== undefined) return walked;
    return {
      ...walked,
      footprint: unknownFootprint('what the namespace holds was not read since it changed'),
    };
  }
}

/** A session's end rolls back, and frees all that it has. */
const FAREWELL: Effect = { kind: 'rollback', andBegins: false };

/** Schedules have the same statements again and again. */
const known = new WeakMap<Catalogue, Map<string, readonly Effect[]>>();
const MOST_KNOWN = 2_000;

function effectsAsked(asked: Asked, catalogue: Catalogue): readonly Effect[] {
  if (asked.kind === 'unknown') return [{ kind: 'unknown', why: asked.what }];
  const ofCatalogue = known.get(catalogue) ?? new Map<string, readonly Effect[]>();
  known.set(catalogue, ofCatalogue);
  const name = nameOf(asked);
  let effects = ofCatalogue.get(name);
  if (effects === undefined) {
    effects = readEffects(asked, catalogue);
    if (ofCatalogue.size === MOST_KNOWN) ofCatalogue.clear();
    ofCatalogue.set(name, effects);
  }
  return effects;
}

/** Everything that its effects are read from. */
function nameOf(asked: Readable): string {
  if (asked.kind === 'run') return `run ${asked.sql}`;
  if (asked.kind === 'prepare') return `prepare ${asked.statement.sql}`;
  const { statement, values } = asked.portal;
  const texts = values.map(({ bytes, isBinary }) => bytes && [isBinary, bytes.toString('latin1')]);
  return `portal ${JSON.stringify([statement.sql, statement.types, texts])}`;
}

type Readable = Exclude<Asked, { kind: 'unknown' }>;

function readEffects(asked: Readable, catalogue: Catalogue): readonly Effect[] {
  switch (asked.kind) {
    case 'run':
      return effectsOf(asked.sql, catalogue, NO_PARAMETERS);
    case 'run-portal':
      return effectsOf(asked.portal.statement.sql, catalogue, parametersOf(asked.portal));
    case 'prepare':
      return effectsOf(asked.statement.sql, catalogue, NO_PARAMETERS).map(preparing);
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

/** One statement that runs, and perhaps its own preparation before it. */
function isOneRun(asked: readonly Asked[]): boolean {
  return asked.filter(({ kind }) => kind !== 'prepare').length === 1 && asked.at(-1)?.kind !== 'prepare';
}

/** How many rows a statement says it had; told apart only where one statement ran. */
function countsOf(
  effects: readonly (readonly Effect[])[],
  tags: readonly string[],
): readonly (number | undefined)[] {
  const count = Number(/ (\d+)$/.exec(tags[0] ?? '')?.[1] ?? Number.NaN);
  const last = effects.at(-1) ?? [];
  if (tags.length !== 1 || Number.isNaN(count) || last.length !== 1) return [];
  const all = effects.flat();
  return all.map((_, at) => (at === all.length - 1 ? count : undefined));
}

/** Values of parameters whose type is open may be made something else by a cast around them. */
function parametersOf({ statement, values }: Portal): Parameters {
  const cast = castParameters(statement.sql);
  const read = (number: number, type: number): ParameterValue => {
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
