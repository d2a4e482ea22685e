import type { Catalogue } from './catalogue.js';
import { type EffectBuilder, NotKnown } from './effects.js';
import { constantOf, type Parameters } from './known-values.js';
import { isHarmless } from './settings.js';
import { type Fields, namesOf, type Node, nodesOf } from './sql-parser.js';

/**
 * Not pure by the catalogue, and yet nothing that another session could change or notice: clocks, random numbers, what
 * renders values as text, what is the session's own.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['now', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp', 'timeofday', 'age'],
  ...['random', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'pg_sleep', 'version', 'current_setting'],
  ...['pg_backend_pid', 'current_schema', 'current_database', 'currval', 'lastval'],
  ...['concat', 'concat_ws', 'format', 'to_char', 'to_timestamp', 'to_date', 'to_number', 'date_part'],
  ...['to_json', 'to_jsonb', 'row_to_json', 'json_agg', 'jsonb_agg', 'json_object_agg', 'jsonb_object_agg'],
  ...['json_build_object', 'jsonb_build_object', 'json_build_array', 'jsonb_build_array', 'array_to_string'],
  ...[
    'date_trunc',
    'timezone',
    'quote_literal',
    'quote_nullable',
    'array_agg',
    'string_agg',
    'string_to_array',
  ],
  ...['generate_series', 'unnest', 'length', 'json_array_elements', 'jsonb_array_elements', 'make_interval'],
  ...['txid_current', 'pg_current_xact_id', 'pg_typeof', 'obj_description'],
]);

/** Set session state that decides what the session's statements mean. */
const SETS = 'set_config';

/** Advisory locks: how long they are held, and whether they are shared. */
const ADVISORY = /^pg_(?<try>try_)?advisory_(?<xact>xact_)?lock(?<shared>_shared)?$/;
const UNLOCK = /^pg_advisory_unlock(?<shared>_shared)?$/;

/** Adds what a call does. Throws `NotKnown`. */
export function addCall(
  fields: Fields,
  catalogue: Catalogue,
  parameters: Parameters,
  effect: EffectBuilder,
): void {
  const names = namesOf(fields['funcname']);
  const name = names.at(-1) ?? '';
  const isBuiltIn = names.length === 1 || (names.length === 2 && names[0] === 'pg_catalog');
  if (!isBuiltIn || (names.length === 1 && catalogue.ownFunctions.has(name))) {
    throw new NotKnown(`it calls the function ${names.join('.')}`);
  }
  const args = nodesOf(fields['args']);
  if (name === 'nextval' || name === 'setval') return addSequence(args[0], catalogue, parameters, effect);
  if (name === SETS) {
    const set = constantOf(args[0], parameters)?.text;
    if (set !== undefined && isHarmless(set.toLowerCase())) return;
    throw new NotKnown('it sets a parameter by a function', true);
  }
  const lock = ADVISORY.exec(name)?.groups;
  if (lock !== undefined) {
    const taken = { key: advisoryKey(args, parameters), isShared: lock['shared'] !== undefined };
    effect.advisory.push(taken);
    if (lock['xact'] === undefined) effect.sessionLocks.push(taken);
    return;
  }
  const unlock = UNLOCK.exec(name)?.groups;
  if (unlock !== undefined) {
    const freed = { key: advisoryKey(args, parameters), isShared: unlock['shared'] !== undefined };
    if (effect.unlocks !== 'all') effect.unlocks.push(freed);
    return;
  }
  if (name === 'pg_advisory_unlock_all') {
    effect.unlocks = 'all';
    return;
  }
  if (!catalogue.pureFunctions.has(name) && !HARMLESS.has(name)) {
    throw new NotKnown(`it calls the function ${name}`);
  }
}

function addSequence(
  named: Node | undefined,
  catalogue: Catalogue,
  parameters: Parameters,
  effect: EffectBuilder,
): void {
  const id = sequenceOf(named, catalogue, parameters);
  if (id === undefined) throw new NotKnown('it uses a sequence that is not known');
  effect.sequences.push(id);
}

/** `nextval('name')`, `nextval('name'::regclass)`, or the object's number, as defaults of identity columns have it. */
function sequenceOf(
  named: Node | undefined,
  catalogue: Catalogue,
  parameters: Parameters,
): string | undefined {
  const inner = named?.kind === 'TypeCast' ? castArgument(named) : named;
  const written = constantOf(inner, parameters)?.text;
  if (written === undefined) return undefined;
  if (/^\d+$/.test(written)) return written;
  const name = /^(?:"?[\w$]+"?\.)?"?(?<name>[\w$]+)"?$/.exec(written)?.groups?.['name'];
  return name === undefined ? undefined : catalogue.sequences.get(name);
}

function castArgument({ fields }: Node): Node | undefined {
  return nodesOf([fields['arg']])[0];
}

/** One number of 64 bits, or two of 32: two spaces that do not touch. */
function advisoryKey(args: readonly Node[], parameters: Parameters): string | undefined {
  const numbers = args.map((argument) => constantOf(argument, parameters)?.text.trim());
  if (!numbers.every((number) => number !== undefined && /^-?\d+$/.test(number))) return undefined;
  return numbers.map((number) => String(BigInt(number ?? 0))).join(',');
}
