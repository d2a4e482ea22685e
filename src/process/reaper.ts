/**
 * Ends processes and removes folders of this run when this process is gone without having done so itself, even by SIGKILL.
 * One small detached process waits for the end of a pipe.
 */
export interface Reaper {
  /** Call before the folder is made. */
  guardFolder(path: string): void;
  /** Call at once after the process is started; `signal` is what ends it well, SIGKILL follows. */
  guardProcess(pid: number, signal?: NodeJS.Signals): void;
  /** It has ended, or is removed: no longer to be touched. */
  release(pidOrPath: number | string): void;
  close(): void;
}
