/** A parameter of a statement, by its number from 1. */
export interface ParameterPlace {
  readonly number: number;
}

/** What may hold a `$1` that is no parameter: comments, strings, quoted names, dollar quotes. */
const SKIPPED = [
  /--[^\n]*/y,
  /[eE]'(?:[^'\\]|''|\\[^])*'?/y,
  /'(?:[^']|'')*'?/y,
  /"(?:[^"]|"")*"?/y,
  /\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?(?:\$\k<tag>\$|$)/y,
  /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y,
];
const PARAMETER = /\$(\d+)/y;

/** Cuts a statement at its parameters, for a label. What a step touches is never read off this. */
export function splitAtParameters(sql: string): readonly (string | ParameterPlace)[] {
  const parts: (string | ParameterPlace)[] = [];
  let begun = 0;
  let at = 0;
  while (at < sql.length) {
    PARAMETER.lastIndex = at;
    const found = PARAMETER.exec(sql);
    if (found !== null) {
      parts.push(sql.slice(begun, at), { number: Number(found[1]) });
      at = begun = PARAMETER.lastIndex;
    } else at = endOfSkipped(sql, at);
  }
  parts.push(sql.slice(begun));
  return parts;
}

function endOfSkipped(sql: string, at: number): number {
  if (sql.startsWith('/*', at)) return endOfComment(sql, at);
  for (const pattern of SKIPPED) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return Math.max(pattern.lastIndex, at + 1);
  }
  return at + 1;
}

/** They nest. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) depth += 1;
    else if (sql.startsWith('*/', at)) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}
