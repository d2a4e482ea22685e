import type { ContractTypes } from '../core/contract.js';
import type { Json } from '../core/json.js';
import type { StoreServer } from '../stores/store.js';
import {
  beginTrial,
  isPassedOver,
  type BegunTrial,
  type DrawnTrial,
  type PreparedTrial,
} from './begun-trial.js';
import type { Burst } from './burst.js';
import type { EarlyStop } from './early-stop.js';
import type { BurstProgress, Fleet } from './fleet.js';
import type { HostConnection } from './protocol.js';
import { InTrouble, troubleOf } from './run-failure.js';
import type { RunNamespaces } from './run-namespaces.js';
import { chase, type Aftermath, type TriedTrial } from './trial.js';
import type { TrialDraw } from './trial-draw.js';
import { watchWaits, type ServerWaits } from './wait-watch.js';

/** Where trials are tried, and with what. */
export interface CourseOptions<C extends ContractTypes> {
  readonly fleet: Fleet;
  readonly namespaces: RunNamespaces;
  readonly servers: ReadonlyMap<string, StoreServer>;
  /** Learns from each burst. */
  readonly draw: TrialDraw<C>;
  readonly stop: EarlyStop;
  /** Samples in every fifth trial who waits for whom, at the stores that can tell. */
  readonly watchesWaits: boolean;
  /** Once, when the target is set up and everybody stands ready for the first burst. */
  onReady(): void;
}

/** To ask a server who waits slows its clients down: by 6 to 15 % with 33 of them on one row, so not in each trial. */
const WATCHED_EVERY = 5;

/** The course of a trial: reset and arm, the burst, what it left in the server, and the final reads. */
export class TrialCourse<C extends ContractTypes> {
  #readyAt = 0;

  constructor(private readonly options: CourseOptions<C>) {}

  /** When everybody stood ready for the first burst. */
  get readyAt(): number {
    return this.#readyAt;
  }

  isWatched(trial: number): boolean {
    return this.options.watchesWaits && trial % WATCHED_EVERY === 1;
  }

  /** Tries it as soon as the hosts are ready: behind the one before where that is not over yet. */
  begin(drawn: DrawnTrial<C>, renew: readonly number[], before?: BegunTrial<C>): BegunTrial<C> {
    const prepared = this.#prepare(drawn, renew);
    return beginTrial(prepared, (onGo) => this.#try(prepared, onGo, before));
  }

  /** Begins to reset and arm for it. */
  #prepare(drawn: DrawnTrial<C>, renew: readonly number[]): PreparedTrial<C> {
    const { setting, initial } = drawn;
    const armed = this.options.fleet.arm({ trial: setting.trial, ...drawn }, initial, renew);
    // Whoever runs the trial is told. Nobody does if the run ends before.
    armed.catch(() => undefined);
    return { ...drawn, armed };
  }

  /**
   * The burst, what it left in the server, and the final reads. Nothing if the run was ended meanwhile, or if the process was
   * lost already with the trial before, or that one left something behind.
   */
  async #try(
    prepared: PreparedTrial<C>,
    onGo: () => void,
    before?: BegunTrial<C>,
  ): Promise<TriedTrial | undefined> {
    const { fleet, namespaces, servers, draw, stop } = this.options;
    const { setting, armed, offset } = prepared;
    if (setting.trial === 0) {
      await armed;
      this.#readyAt = performance.now();
      this.options.onReady();
    }
    let chasing: Promise<Aftermath> | undefined;
    const onSettled = (connections: readonly HostConnection[]) => {
      chasing = chase(connections, namespaces.current);
      // Whoever waits for it is told. Nobody does if the run ends before.
      chasing.catch(() => undefined);
    };
    const bursting = this.#burst(prepared, { onGo, onSettled });
    if (before !== undefined) {
      // Where that trial loses the process it opens another one, and ends the sessions of this one too.
      const isOver = await bursting.then(() => false, isPassedOver);
      if (isOver || (await before.tried)?.burst.broken !== false) return undefined;
    }
    const { burst, serverWaits } = await bursting;
    draw.learnDurations(setting.start, burst.events);
    if (burst.broken) {
      await fleet.kill();
      if (stop.ended.aborted) {
        // Others go on with this server: nothing of this trial may be at work there any more.
        if (!stop.isInterrupted) await chase(burst.connections, namespaces.current);
        return undefined;
      }
      // Without it all that follows would wait in vain, and blame the target.
      const trouble = await troubleOf(servers);
      if (trouble !== undefined) throw new InTrouble(trouble.words);
    }
    // The final reads come after a session that may still write has been ended. Where none may, they need not wait for the
    // look at the sessions.
    const settled = !burst.broken && !burst.connections.some(({ doubtful }) => doubtful);
    const [aftermath, early] = await Promise.all([
      burst.broken || chasing === undefined ? chase(burst.connections, namespaces.current) : chasing,
      settled ? this.#readFinal(burst) : undefined,
    ]);
    const isGone = burst.broken && namespaces.areInProcess;
    if (burst.broken) await fleet.open(namespaces.addresses(), isGone);
    const isEarly = settled && aftermath.renew.length === 0;
    // The next trial may have begun with its reset before the process was lost.
    const isLost = isGone || (burst.broken && burst.isClear);
    const final = isLost ? undefined : isEarly ? early : await fleet.read();
    return { burst, aftermath, serverWaits, final, offset };
  }

  async #readFinal({ final }: Burst): Promise<Json> {
    return final?.final === undefined ? this.options.fleet.read() : final.final;
  }

  async #burst(
    { setting, armed, ...drawn }: PreparedTrial<C>,
    progress: BurstProgress,
  ): Promise<{ readonly burst: Burst; readonly serverWaits: ServerWaits | undefined }> {
    const rest = this.isWatched(setting.trial)
      ? watchWaits((await armed).connections.flat(), this.options.namespaces.current)
      : () => Promise.resolve(undefined);
    try {
      const burst = await this.options.fleet.burst(
        armed,
        { trial: setting.trial, ...drawn },
        {
          ...progress,
          onSettled: (...settled) => {
            // What waits from now on waits in another trial.
            void rest();
            progress.onSettled?.(...settled);
          },
        },
      );
      return { burst, serverWaits: await rest() };
    } finally {
      await rest();
    }
  }
}
