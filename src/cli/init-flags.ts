import { Option, type Command } from 'commander';
import { COLLECT } from './flags.js';

export const INIT_DEFAULTS = {
  name: 'my-api',
  baseUrl: 'http://127.0.0.1:3000',
  file: 'race-check.config.ts',
} as const;

/** The flags of `race-check init`. */
export function addInitFlags(command: Command): Command {
  return command
    .option(
      '--contract <name>',
      'what the API does: checkout (default), bookings, customers, orders, seats, or own for something else',
    )
    .option('--name <name>', `what the target is called (default: ${INIT_DEFAULTS.name})`)
    .option(
      '--base-url <url>',
      `where the API runs (default: ${INIT_DEFAULTS.baseUrl}, or a free port for its command)`,
    )
    .option('--command <line>', 'what starts it (default: it is running)')
    .addOption(
      new Option('--store <names>', 'servers that the command is given: postgres, mongodb, redis')
        .argParser(COLLECT)
        .default([], 'none'),
    )
    .option('--file <file>', `what is written (default: ${INIT_DEFAULTS.file})`)
    .option('--force', 'write over a file that is there')
    .option('-y, --yes', 'ask nothing');
}
