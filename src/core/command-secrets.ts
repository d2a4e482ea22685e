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
/** Clients that take a password behind a short flag of their own, up to the end of their part of the line; there alone it is no port. */
const CLIENTS: readonly { readonly named: RegExp; readonly flag: RegExp }[] = [
  // Without a space: with one, what follows is a database.
  {
    named: /\b(?:mysql|mariadb)[\w-]*(?=\s)[^|;&]*/g,
    flag: new RegExp(String.raw`(\s-p)(?!\s)${VALUE}`, 'g'),
  },
  {
    named: /\b(?:mongo(?:sh|dump|restore|export|import)?|sshpass|docker\s+login)(?=\s)[^|;&]*/g,
    flag: new RegExp(String.raw`(\s-p\s*)(?!-)${VALUE}`, 'g'),
  },
  { named: /\bredis-cli(?=\s)[^|;&]*/g, flag: new RegExp(String.raw`(\s-a\s+)(?!-)${VALUE}`, 'g') },
  { named: /\b(?:sqlcmd|bcp)(?=\s)[^|;&]*/g, flag: new RegExp(String.raw`(\s-P\s*)(?!-)${VALUE}`, 'g') },
];
const SUSPICIOUS = /(?:^|[\s"'])-|=/;

/** Puts `***` in the place of what looks like a secret in a command line, quoted or not. */
export function withoutCommandSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  const shown = text.replace(FLAG, hidden).replace(VARIABLE, hidden).replace(USER, '$1***');
  return CLIENTS.reduce(
    (line, { named, flag }) => line.replace(named, (part) => part.replace(flag, hidden)),
    shown,
  );
}

/** A template is filled in later, and no secret itself. */
function hidden(whole: string, name: string, value: string): string {
  return /^["']?\{\{[^{}]*\}\}["']?$/.test(value) ? whole : `${name}***`;
}
