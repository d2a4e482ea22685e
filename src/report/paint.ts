import { Chalk } from 'chalk';

/** The few things that colour tells apart. */
export interface Paint {
  readonly holds: (text: string) => string;
  readonly violated: (text: string) => string;
  readonly inconclusive: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
}

/** Whether there is colour is the caller's to say; nothing here asks the terminal. */
export function createPaint(colour: boolean): Paint {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return {
    holds: (text) => chalk.green(text),
    violated: (text) => chalk.red(text),
    inconclusive: (text) => chalk.yellow(text),
    strong: (text) => chalk.bold(text),
    quiet: (text) => chalk.dim(text),
  };
}
