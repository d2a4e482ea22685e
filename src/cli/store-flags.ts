import type { Command } from 'commander';

/** Stores that a URL can name, with what is this run's own there. */
const BY_URL: Readonly<Record<string, string>> = {
  postgres: 'in a schema of its own',
  mongodb: 'in a database of its own',
  redis: 'below a key prefix of its own',
};

/** The flags that lead to servers of the user's own. */
export function addServerFlags(command: Command): Command {
  for (const [store, where] of Object.entries(BY_URL)) {
    command.option(`--${store}-url <url>`, `use this server, ${where} (or ${variableOf(store)})`);
  }
  return command.option('--allow-remote', 'allow servers that are not on this machine');
}

/** The flags of `race-check doctor`. */
export function addDoctorFlags(command: Command): Command {
  return addServerFlags(command)
    .option('--clean', 'remove what killed runs of this machine left on these servers')
    .option('--install <store>', 'download a server: mongodb')
    .option('--json', 'as JSON');
}

/** What flags name, else what the environment does. */
export function readServerFlags(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): { readonly storeUrls: Readonly<Record<string, string | undefined>>; readonly allowRemote: boolean } {
  const storeUrls = Object.keys(BY_URL).map((store): [string, string | undefined] => {
    const flag = flags[`${store}Url`];
    return [store, typeof flag === 'string' ? flag : env[variableOf(store)] || undefined];
  });
  return { storeUrls: Object.fromEntries(storeUrls), allowRemote: flags['allowRemote'] === true };
}

function variableOf(store: string): string {
  return `RACE_CHECK_${store.toUpperCase()}_URL`;
}
