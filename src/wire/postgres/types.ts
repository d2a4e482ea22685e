/** Object identifiers of the types that are built in; they are the same in every PostgreSQL (`pg_type.dat`). */
export const OID = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  unknown: 705,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timetz: 1266,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  void: 2278,
  uuid: 2950,
  jsonb: 3802,
} as const;

/** Of the array types whose elements we read: element by array. */
export const ELEMENT_OF: ReadonlyMap<number, number> = new Map([
  [1000, OID.bool],
  [1005, OID.int2],
  [1007, OID.int4],
  [1016, OID.int8],
  [1009, OID.text],
  [1015, OID.varchar],
  [1014, OID.bpchar],
  [1003, OID.name],
  [1021, OID.float4],
  [1022, OID.float8],
  [1115, OID.timestamp],
  [1185, OID.timestamptz],
  [1182, OID.date],
  [1231, OID.numeric],
  [2951, OID.uuid],
  [1028, OID.oid],
]);

const NUMBERS: ReadonlySet<number> = new Set([
  ...[OID.int2, OID.int4, OID.int8, OID.oid, OID.float4, OID.float8, OID.numeric],
]);

/** Whether SQL writes its values without quotes. */
export function isNumber(type: number): boolean {
  return NUMBERS.has(type);
}
