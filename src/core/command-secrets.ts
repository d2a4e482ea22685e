const VALUE = String.raw`("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+)`;
/** `--password x`, `--api-key=x`: what stands behind a flag that is named like a secret, unless that is another flag. */
const FLAG = new RegExp(
  String.raw`((?:^|[\s"'])--?(?:[\w-]*(?:token|secret|pass(?:word|wd|phrase)?)|[\w-]+-key)(?:=|\s+))(?!-)${VALUE}`,
  'gi',
);
/** `DB_PASS=x`: variables, which have capital letters; other names in front of a `=` may be anything. */
const VARIABLE = new RegExp(
  String.raw`(\b(?:[A-Z][A-Z0-9_]*(?:TOKEN|SECRET|PASS(?:WORD|WD|PHRASE)?|_KEY|PWD)|KEY|PASSWORD|TOKEN|SECRET)=)${VALUE}`,
  'g',
);
/** `--user ann:x` of curl and its like; a user's and a group's number are none. */
const USER = /((?:^|\s)(?:-u|--user)(?:=|\s+)["']?[^\s:"']+:)(?!\d+(?:\s|$))([^\s"']+)/g;
const SUSPICIOUS = /(?:^|[\s"'])-|=/;

/** Puts `***` in the place of what looks like a secret in a command line, quoted or not. */
export function withoutCommandSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text.replace(FLAG, hidden).replace(VARIABLE, hidden).replace(USER, '$1***');
}

/** A template is filled in later, and no secret itself. */
function hidden(whole: string, name: string, value: string): string {
  return /^["']?\{\{[^{}]*\}\}["']?$/.test(value) ? whole : `${name}***`;
}
