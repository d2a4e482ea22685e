/** They need no worker, or last so long that it does not matter when theirs starts. */
const OTHER_COMMANDS = [
  ...['explore', 'replay', 'matrix', 'export', 'judge', 'doctor', 'init', 'burst', 'list', 'check', 'help'],
];

/**
 * Whether a command line will most likely run targets of ours. It is asked before any of our code is loaded, and so it guesses: a
 * wrong guess costs a moment, and changes nothing.
 */
export function mayRun(words: readonly string[]): boolean {
  const [first] = words;
  if (first === undefined || first.startsWith('-') || OTHER_COMMANDS.includes(first)) return false;
  return !words.some((word) => word === '-h' || word === '--help');
}
