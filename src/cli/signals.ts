import { EXIT } from '../session/exit-code.js';
import { endWith } from './ending.js';

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM; undefined while nobody interrupted. */
  exitCode(): number | undefined;
  /** Back to the usual ways of the process. */
  release(): void;
}

/** The first signal stops the run well; a second one ends the process, and what it left is cleaned up behind it. */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const listeners = Object.entries(CODES).map(([name, exitCode]) => {
    const listener = () => {
      if (code !== undefined) endWith(exitCode);
      code = exitCode;
      controller.abort();
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => listeners.forEach((remove) => remove()),
  };
}
