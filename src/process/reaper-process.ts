/** What the reaper is told, one JSON object a line. */
export type ReaperMessage =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'process';
      readonly pid: number;
      readonly signal: NodeJS.Signals;
      /** It leads a group, which is ended whole. */
      readonly group: boolean;
    }
  | { readonly kind: 'release'; readonly what: number | string };

/**
 * The reaper's whole program: listens on stdin until it ends, then ends what is still guarded.
 *
 * It stands alone (no import, nothing of this module): its source text is run by `node -e`, so that it starts alike from
 * the built package, from TypeScript sources under a test runner, and from a bundle.
 */
export function reaperProcess(
  processStart: (pid: number) => string | undefined,
  groupRuns: (leader: number) => boolean,
): void {
  const fs = process.getBuiltinModule('node:fs');
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { setTimeout: wait } = process.getBuiltinModule('node:timers/promises');

  const TERM_MS = 3_000;
  const KILL_MS = 2_000;
  const POLL_MS = 10;
  /** How long a process that was just being started when its parent died may take to show its command line. */
  const SETTLE_MS = 250;
  const PASSES = 20;

  interface Guarded {
    readonly pid: number;
    /** Undefined for the leader of a group that was gone at once: what it started may still be there. */
    readonly start: string | undefined;
    readonly signal: NodeJS.Signals;
    readonly group: boolean;
  }
  const processes = new Map<number, Guarded>();
  const folders = new Set<string>();

  function told(message: ReaperMessage): void {
    if (message.kind === 'folder') folders.add(message.path);
    else if (message.kind === 'release') {
      if (typeof message.what === 'number') processes.delete(message.what);
      else folders.delete(message.what);
    } else {
      const start = processStart(message.pid);
      if (start !== undefined || message.group) processes.set(message.pid, { ...message, start });
    }
  }

  const isThere = (one: Guarded): boolean => {
    const start = processStart(one.pid);
    if (!one.group) return start === one.start;
    return (start === undefined || start === one.start) && groupRuns(one.pid);
  };

  function send(one: Guarded, signal: NodeJS.Signals): void {
    try {
      if (isThere(one)) process.kill(one.group ? -one.pid : one.pid, signal);
    } catch {
      // Gone in between.
    }
  }

  async function allGone(these: readonly Guarded[], withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (these.some(isThere)) {
      if (performance.now() > deadline) return false;
      await wait(POLL_MS);
    }
    return true;
  }

  async function end(these: readonly Guarded[]): Promise<void> {
    for (const one of these) send(one, one.signal);
    if (await allGone(these, TERM_MS)) return;
    for (const one of these) send(one, 'SIGKILL');
    await allGone(these, KILL_MS);
  }

  /** Each process's number and arguments. Empty on Windows. */
  function commandLines(): { pid: number; words: string[] }[] {
    if (process.platform === 'win32') return [];
    if (process.platform === 'linux') {
      return fs
        .readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
          try {
            return [
              { pid: Number(name), words: fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') },
            ];
          } catch {
            return [];
          }
        });
    }
    const ps = spawnSync('ps', ['-axwwo', 'pid=,command='], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return ps.stdout.split('\n').map((line) => {
      const [pid, ...words] = line.trim().split(/\s+/);
      return { pid: Number(pid), words };
    });
  }

  /** By which PostgreSQL, mongod, SecantusDB and Redis are told where their data are. */
  const DATA_FLAGS = ['-D', '--dbpath', '--storage-path', '--dir'];

  /**
   * Servers that are told to keep their data in a guarded folder or a place in it. It finds a server whose parent died before it could tell
   * its number, and nothing else: an editor or `tail` on a log in there is somebody's own.
   */
  function serversIn(guarded: readonly string[]): Guarded[] {
    const inside = (path: string | undefined) =>
      path !== undefined && guarded.some((folder) => path === folder || path.startsWith(`${folder}/`));
    return commandLines().flatMap(({ pid, words }) => {
      if (!words.some((word, index) => DATA_FLAGS.includes(word) && inside(words[index + 1]))) return [];
      const start = processStart(pid);
      return start === undefined ? [] : [{ pid, start, signal: 'SIGQUIT' as const, group: false }];
    });
  }

  async function removeFolders(): Promise<void> {
    const guarded = [...folders];
    let quiet = 0;
    for (let pass = 0; pass < PASSES && guarded.length > 0 && quiet < 2; pass += 1) {
      if (pass > 0) await wait(SETTLE_MS);
      const servers = serversIn(guarded);
      await end(servers);
      let removed = false;
      for (const folder of guarded) {
        if (!fs.existsSync(folder)) continue;
        removed = true;
        try {
          fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
        } catch {
          // Something still writes there: the next pass finds it.
        }
      }
      // The first pass counts as quiet once it has cleared everything; the last one must have found nothing at all.
      const cleared = guarded.every((folder) => !fs.existsSync(folder));
      quiet = cleared && (pass === 0 || (servers.length === 0 && !removed)) ? quiet + 1 : 0;
    }
  }

  let finishing = false;
  async function finish(): Promise<void> {
    if (finishing) return;
    finishing = true;
    await end([...processes.values()]);
    await removeFolders();
    process.exit(0);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) told(JSON.parse(line) as ReaperMessage);
  });
  for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => void finish());
}
