import type { Admin } from '../../stores/postgres/admin.js';

export interface TableColumn {
  readonly name: string;
  /** Of the type, 0 where equality is not that of the plain type: a collation of its own, a domain. */
  readonly type: number;
  /** Longest text that is stored as it is; undefined without a bound. */
  readonly length?: number;
  readonly isGenerated: boolean;
  readonly isNotNull: boolean;
  /** The expression of its default; for an identity the call of its sequence. */
  readonly default?: string;
}

export interface UniqueIndex {
  readonly id: string;
  /** Undefined where it is partial or over expressions: then any write may meet any other. */
  readonly columns?: readonly string[];
}

export interface ForeignKey {
  readonly child: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** Deleting or changing the parent changes the child's rows. */
  readonly cascades: boolean;
}

export interface Table {
  readonly id: string;
  /** Why what a statement does to it cannot be known: a view, a trigger, a policy, ... */
  readonly opaque?: string;
  readonly columns: readonly TableColumn[];
  readonly unique: readonly UniqueIndex[];
  /** Columns in any index; undefined where one is over expressions. */
  readonly indexed?: readonly string[];
  readonly references: readonly ForeignKey[];
  readonly referencedBy: readonly ForeignKey[];
  /** What the server computes for each row that is written: checks, what is generated, what is in an index. */
  readonly checks: readonly string[];
}

/** What a namespace holds, as far as footprints rest on it. */
export interface Catalogue {
  readonly tables: ReadonlyMap<string, Table>;
  /** By name. */
  readonly sequences: ReadonlyMap<string, string>;
  /** Built in, and always the same answer to the same arguments. */
  readonly pureFunctions: ReadonlySet<string>;
  /** By somebody's hand: they may hide a built-in one, and do anything. */
  readonly ownFunctions: ReadonlySet<string>;
  readonly ownTypes: ReadonlySet<string>;
  /** Operators, casts or domains of somebody's own: then no expression is certain. */
  readonly hasOwnOperators: boolean;
  /** Where names without a schema are looked up. */
  readonly schemas: readonly string[];
  readonly defaultIsolation: string;
}

/** Before it was read. */
export const NO_CATALOGUE: Catalogue = {
  tables: new Map(),
  sequences: new Map(),
  pureFunctions: new Set(),
  ownFunctions: new Set(),
  ownTypes: new Set(),
  hasOwnOperators: false,
  schemas: [],
  defaultIsolation: 'not known',
};

interface Facts {
  readonly tables: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly opaque: string | null;
    readonly columns: readonly {
      readonly name: string;
      readonly type: number;
      readonly typmod: number;
      readonly isPlain: boolean;
      readonly isGenerated: boolean;
      readonly isNotNull: boolean;
      readonly default: string | null;
      readonly sequence: string | null;
    }[];
    readonly unique: readonly { readonly id: string; readonly columns: readonly string[] | null }[];
    readonly indexed: readonly string[] | null;
    readonly references: readonly ForeignKey[];
    readonly checks: readonly string[];
  }[];
  readonly pure: readonly string[];
  readonly own: readonly string[];
  readonly types: readonly string[];
  readonly operators: boolean;
  readonly schemas: readonly string[];
  readonly isolation: string;
}

/** One statement, so that all of it is of one moment. */
const FACTS = `
with space as (select oid, nspname from pg_namespace where nspname = any (current_schemas(false))),
 relation as (select class.* from pg_class as class join space on space.oid = relnamespace
   where relkind in ('r', 'p', 'v', 'm', 'f', 'S')),
 own as (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
select json_build_object(
 'schemas', (select json_agg(nspname) from space),
 'isolation', current_setting('default_transaction_isolation'),
 'pure', (select json_agg(proname) from (select proname from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
    group by proname having bool_and(provolatile = 'i' and prokind in ('f', 'a', 'w'))) as pure),
 'own', (select coalesce(json_agg(distinct proname), '[]') from pg_proc where pronamespace in (select oid from own)),
 'types', (select coalesce(json_agg(distinct typname), '[]') from pg_type where typnamespace in (select oid from own)),
 'operators', exists (select from pg_operator where oprnamespace in (select oid from own))
   or exists (select from pg_type where typnamespace in (select oid from own) and typtype = 'd')
   or exists (select from pg_cast where oid >= 16384),
 'tables', (select coalesce(json_agg(json_build_object(
   'id', relation.oid::text, 'name', relname, 'kind', relkind,
   'opaque', case
     when relkind not in ('r', 'S') then 'it is no plain table'
     when relrowsecurity then 'it has row security'
     when relpersistence = 't' then 'it is temporary'
     when relhasrules then 'it has rules'
     when exists (select from pg_inherits where relation.oid in (inhrelid, inhparent)) then 'it inherits'
     when exists (select from pg_trigger where tgrelid = relation.oid and not tgisinternal) then 'it has triggers'
     when exists (select from pg_constraint where (conrelid = relation.oid or confrelid = relation.oid) and condeferrable)
       then 'it has a deferrable constraint'
     end,
   'columns', (select coalesce(json_agg(json_build_object(
       'name', attname, 'type', atttypid::int8, 'typmod', atttypmod,
       'isPlain', coalesce((select collisdeterministic from pg_collation where oid = attcollation), true),
       'isGenerated', attgenerated <> '',
       'isNotNull', attnotnull,
       'default', (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum),
       'sequence', case when attidentity <> '' then (select objid::text from pg_depend
           where refobjid = attrelid and refobjsubid = attnum and classid = 'pg_class'::regclass and deptype = 'i' limit 1) end)
       order by attnum), '[]') from pg_attribute where attrelid = relation.oid and attnum > 0 and not attisdropped),
   'unique', (select coalesce(json_agg(json_build_object('id', indexrelid::text,
       'columns', case when indisunique and indexprs is null and indpred is null and not indisexclusion then (
         select json_agg(attname) from pg_attribute where attrelid = indrelid and attnum = any (
           (indkey::int2[])[0:indnkeyatts - 1])) end)), '[]')
       from pg_index where indrelid = relation.oid and (indisunique or indisexclusion)),
   'indexed', case when not exists (
       select from pg_index where indrelid = relation.oid and (indexprs is not null or indpred is not null)) then (
         select coalesce(json_agg(distinct attname), '[]') from pg_index
           join pg_attribute on attrelid = indrelid and attnum = any (indkey) where indrelid = relation.oid) end,
   'references', (select coalesce(json_agg(json_build_object(
       'child', conrelid::text, 'parent', confrelid::text,
       'columns', (select json_agg(attname order by at.n) from unnest(conkey) with ordinality as at (number, n)
          join pg_attribute on attrelid = conrelid and attnum = at.number),
       'parentColumns', (select json_agg(attname order by at.n) from unnest(confkey) with ordinality as at (number, n)
          join pg_attribute on attrelid = confrelid and attnum = at.number),
       'cascades', confupdtype not in ('a', 'r') or confdeltype not in ('a', 'r'))), '[]')
       from pg_constraint where conrelid = relation.oid and contype = 'f'),
   'checks', (select coalesce(json_agg(expression), '[]') from (
       select pg_get_expr(conbin, conrelid) as expression from pg_constraint where conrelid = relation.oid and contype = 'c'
       union all select pg_get_expr(adbin, adrelid) from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum
         where adrelid = relation.oid and attgenerated <> ''
       union all select pg_get_expr(indexprs, indrelid) from pg_index where indrelid = relation.oid and indexprs is not null
       union all select pg_get_expr(indpred, indrelid) from pg_index where indrelid = relation.oid and indpred is not null) as checked)
   )), '[]') from relation)) as facts`;

/** Reads what the namespace of these sessions holds now. */
export async function readCatalogue(admin: Admin): Promise<Catalogue> {
  const [row] = await admin.query<{ readonly facts: Facts }>(FACTS);
  if (row === undefined) throw new Error('The catalogue of the server answered nothing.');
  return catalogueOf(row.facts);
}

function catalogueOf(facts: Facts): Catalogue {
  const references = facts.tables.flatMap((table) => table.references);
  const tables = facts.tables
    .filter(({ kind }) => kind !== 'S')
    .map((table): [string, Table] => [
      table.name,
      {
        id: table.id,
        ...(table.opaque !== null && { opaque: table.opaque }),
        columns: table.columns.map(columnOf),
        unique: table.unique.map(({ id, columns }) => ({ id, ...(columns !== null && { columns }) })),
        ...(table.indexed !== null && { indexed: table.indexed }),
        references: table.references,
        referencedBy: references.filter(({ parent }) => parent === table.id),
        checks: table.checks,
      },
    ]);
  const sequences = facts.tables.filter(({ kind }) => kind === 'S');
  return {
    tables: new Map(tables),
    sequences: new Map(sequences.map(({ name, id }) => [name, id])),
    pureFunctions: new Set(facts.pure),
    ownFunctions: new Set(facts.own),
    ownTypes: new Set(facts.types),
    hasOwnOperators: facts.operators,
    schemas: facts.schemas ?? [],
    defaultIsolation: facts.isolation,
  };
}

/** A type modifier of a text counts four bytes of head. */
const HEAD = 4;

function columnOf(column: Facts['tables'][number]['columns'][number]): TableColumn {
  const expression = column.sequence === null ? column.default : `nextval('${column.sequence}'::regclass)`;
  return {
    name: column.name,
    type: column.isPlain ? column.type : 0,
    ...(column.typmod >= HEAD && { length: column.typmod - HEAD }),
    isGenerated: column.isGenerated,
    isNotNull: column.isNotNull,
    ...(expression !== null && !column.isGenerated && { default: expression }),
  };
}
