import { Option, type Command } from 'commander';
import { addConfigFlag, COLLECT } from './flags.js';
import { addServerFlags } from './store-flags.js';

/** The flags of `race-check replay`. */
export function addReplayFlags(command: Command): Command {
  command.addOption(
    new Option('-t, --target <ids>', 'only these targets of the report, separated by commas')
      .argParser(COLLECT)
      .default([], 'all'),
  );
  return addServerFlags(addConfigFlag(command))
    .option('--times <number>', 'how often (default: 10)')
    .option('--json', 'as JSON')
    .option('-q, --quiet', 'no progress on stderr');
}
