import type { Command } from 'commander';

/** By command: what is wrong with the words it was given. */
const missing = new WeakMap<Command, readonly string[]>();

/**
 * The words without those options of the command's that have no value: none follows, or another option does. Commander would stop
 * at the first, or take the other option for its value.
 */
export function withoutMissingValues(command: Command, words: readonly string[]): readonly string[] {
  const optionOf = (word: string | undefined) =>
    command.options.find(({ long, short }) => word?.split('=')[0] === long || word === short);
  const problems: string[] = [];
  const kept: string[] = [];
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place]!;
    if (word === '--') {
      kept.push(...words.slice(place));
      break;
    }
    const option = optionOf(word);
    if (option === undefined || !option.required || word.includes('=')) {
      kept.push(word);
      continue;
    }
    const value = words[place + 1];
    if (value === undefined || optionOf(value) !== undefined) {
      const instead = value === undefined ? 'nothing' : `the option ${value.split('=')[0]}`;
      problems.push(`expected ${valueOf(option.flags)} for ${option.long ?? word}, got ${instead}`);
      continue;
    }
    kept.push(word, value);
    place += 1;
  }
  missing.set(command, problems);
  return kept;
}

/** One sentence for each option that had no value. */
export function missingValues(command: Command): readonly string[] {
  return missing.get(command) ?? [];
}

/** `a <number>` of `-n, --trials <number>`. */
function valueOf(flags: string): string {
  const name = /<(.+)>/.exec(flags)?.[1] ?? 'value';
  return `${name.endsWith('s') ? '' : /^[aeiou]/.test(name) ? 'an ' : 'a '}${name}`;
}
