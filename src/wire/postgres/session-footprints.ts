import { type Catalogue, NO_CATALOGUE } from './catalogue.js';
import type { Effect, Isolation } from './effects.js';
import { type Locks, unknownFootprint } from './footprint.js';
import type { Answer } from './answers.js';
import { effectsAsked } from './known-effects.js';
import { walkParts } from './known-walks.js';
import type { Asked } from './labels.js';
import type { Request } from './requests.js';
import type { Outcome, OwnFootprint, Walked } from './transaction-effects.js';
import { held, newSession, type TransactionView } from './transaction-view.js';

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

  /** What its transaction holds is not known. */
  get isUnclear(): boolean {
    return (this.#view.lost ?? this.#view.lostSession) !== undefined;
  }

  get view(): TransactionView {
    return this.#view;
  }

  /** The catalogue was read. A session that set no isolation of its own has `isolation`. No transaction may be open. */
  learned(isolation: Isolation): void {
    const { sessionIsolation, sessionLocks, path } = this.#view;
    // Where it looks for names is where the catalogue was read from.
    const isAtHome = path !== undefined && this.known.catalogue?.schemas.join() === path;
    const lostSession = isAtHome ? undefined : this.#view.lostSession;
    this.#view = {
      ...newSession(sessionIsolation === 'unknown' ? isolation : sessionIsolation),
      sessionLocks,
      ...(lostSession !== undefined && { lostSession, ...(path !== undefined && { path }) }),
    };
  }

  /** A schedule begins. What unknown steps of the one before may have locked for the session would be seen to be locked by now. */
  begin(): void {
    const { open, sessionIsolation, sessionLocks, lostSession } = this.#view;
    const known = sessionLocks.filter(({ key }) => key !== undefined);
    if (open !== 'no' || known.length === sessionLocks.length) return;
    const isNew = known.length === 0 && lostSession === undefined;
    this.#view = isNew ? newSession(sessionIsolation) : { ...this.#view, sessionLocks: known };
  }

  /** What a request will touch at most, unless it fails. */
  before(request: Request, asked: readonly Asked[]): OwnFootprint {
    return this.#walk(request, asked).footprint;
  }

  /** What it touched; the session is followed to behind it. */
  after(
    request: Pick<Request, 'ends'>,
    asked: readonly Asked[],
    outcome: Omit<Outcome, 'counts' | 'wasRefused'>,
    { tags, content }: Pick<Answer, 'tags' | 'content'>,
  ): OwnFootprint {
    const wasRefused = content.includes(REFUSED);
    const { footprint, view } = this.#walk(request, asked, { ...outcome, wasRefused }, tags);
    this.#view = view;
    return footprint;
  }

  /** Its client is gone, without a farewell. */
  left(): OwnFootprint {
    return this.after(
      { ends: 'terminate' },
      [],
      { failed: false, status: 'idle' },
      { tags: [], content: [] },
    );
  }

  #walk(
    request: Pick<Request, 'ends'>,
    asked: readonly Asked[],
    outcome?: Omit<Outcome, 'counts'>,
    tags: readonly string[] = [],
  ): Walked {
    const { catalogue } = this.known;
    const parts = asked.map((one) => effectsAsked(one, catalogue ?? NO_CATALOGUE));
    const all = request.ends === 'terminate' ? FAREWELL : parts;
    const counts = isOneRun(asked) ? countsOf(parts, tags) : NO_COUNTS;
    const lostRow = outcome?.lostRow === true && isOneRun(asked) && parts.at(-1)?.length === 1;
    const wasRefused = outcome?.wasRefused === true && isOneRun(asked);
    const known = outcome && { ...outcome, counts, lostRow, wasRefused };
    const walked = walkParts(this.#view, all, request.ends !== 'flush', known);
    if (outcome !== undefined && all.some(changesSchema)) this.known.catalogue = undefined;
    if (catalogue !== undefined) return walked;
    return {
      ...walked,
      footprint: {
        ...unknownFootprint('what the namespace holds was not read since it changed'),
        contends: false,
      },
    };
  }
}

/** A session's end rolls back, and frees all that it has. */
const FAREWELL: readonly (readonly Effect[])[] = [[{ kind: 'leaves' }]];

/** The one row of who asks whether it gets a lock, and does not. */
const REFUSED = 'row ["f"]';

const NO_COUNTS: readonly (number | undefined)[] = [];

function changesSchema(part: readonly Effect[]): boolean {
  return part.some(({ kind }) => kind === 'changes-schema');
}

/** One statement that runs, and perhaps its own preparation before it. */
function isOneRun(asked: readonly Asked[]): boolean {
  const runs = asked.filter(isRun);
  return runs.length === 1 && runs[0] === asked.at(-1);
}

function isRun({ kind }: Asked): boolean {
  return kind !== 'prepare' && kind !== 'bind';
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
