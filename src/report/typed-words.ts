/** Flags that say what becomes of a report, with whether a value follows: they change nothing about the run. */
const OUTPUT_FLAGS = ['out', 'o', 'reporter'];
const OUTPUT_SWITCHES = ['no-report', 'json', 'quiet', 'q'];

/** The words without these flags and their values: they are said anew, or belong to another command. */
export function without(words: readonly string[], ...flags: readonly string[]): readonly string[] {
  const names = flags.map(dashed);
  return words.filter(
    (word, place) =>
      !names.includes(word) &&
      !names.includes(words[place - 1] ?? '') &&
      !names.some((name) => word.startsWith(name.startsWith('--') ? `${name}=` : name)),
  );
}

/**
 * Of the words that a run was started with, what has to be said again for a run under the same conditions: no command, no
 * scenario, nothing about its output, and none of the flags that `others` names, each of which has a value.
 */
export function conditions(
  words: readonly string[],
  scenario: string,
  ...others: readonly string[]
): readonly string[] {
  const named = words.indexOf(scenario);
  const flags = words.filter((word, place) => place !== named && !(place < named && isCommand(word)));
  const switches = OUTPUT_SWITCHES.map(dashed);
  return without(flags, ...OUTPUT_FLAGS, ...others).filter((word) => !switches.includes(word));
}

function isCommand(word: string): boolean {
  return word === 'run' || word === 'compare';
}

function dashed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`;
}
