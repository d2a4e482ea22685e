import { hostError } from '../engine/failures.js';
import { HostFailure } from '../engine/host-failure.js';
import { loadConfig } from './config.js';
import { runExplorer, type ExplorerRequest } from './explorer.js';
import { ALIVE_EVERY_MS, type FromExplorer, type ToExplorer } from './explorer-messages.js';
import { findScenario } from './find-scenario.js';
import { programTarget } from './exec-target.js';
import { resolveTarget } from './resolve-target.js';

/** Explores one target in a process of its own, so that code that hangs can be killed. */
const send = (message: FromExplorer) => process.send?.(message);

const stopping = new AbortController();
let counts = { run: 0, violated: 0 };
let toldAt = 0;
/** Whoever waits for what was asked for. */
let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

type Answer = Extract<ToExplorer, { type: 'chased' | 'launched' | 'stopped' }>;

/** One thing at a time. */
async function ask<Type extends Answer['type']>(question: FromExplorer, type: Type) {
  const answer = await new Promise<Answer>((resolve, reject) => {
    waiting = { resolve, reject };
    send(question);
  });
  if (answer.type !== type) throw new Error(`unreachable: ${question.type} was answered ${answer.type}`);
  return answer as Extract<Answer, { type: Type }>;
}

const tell = () => {
  toldAt = performance.now();
  send({ type: 'alive', ...counts });
};

async function run(request: ExplorerRequest): Promise<void> {
  const alive = setInterval(tell, ALIVE_EVERY_MS);
  try {
    const [scenario, target] = await Promise.all([
      scenarioOf(request),
      // It is not asked a second time what it is.
      request.target.kind === 'exec' ? programTarget(request.target.command) : resolveTarget(request.target),
    ]);
    const result = await runExplorer(
      request,
      { scenario, target },
      {
        signal: stopping.signal,
        scheduleDone: (schedules, violated) => {
          const isFirst = violated > 0 && counts.violated === 0;
          counts = { run: schedules, violated };
          if (isFirst || performance.now() - toldAt > TELL_EVERY_MS) tell();
        },
        connected: (connections) => send({ type: 'connected', connections }),
        chase: async (connections) => (await ask({ type: 'chase', connections }, 'chased')).aftermath,
        instances: {
          launch: async (given) => (await ask({ type: 'launch', given }, 'launched')).addresses,
          stop: async () => void (await ask({ type: 'stop-instances' }, 'stopped')),
        },
      },
    );
    send({ type: 'done', result });
  } catch (error) {
    send({
      type: 'failed',
      error: error instanceof HostFailure ? error.error : hostError(error, kindOf(error)),
    });
  } finally {
    clearInterval(alive);
    process.disconnect();
  }
}

async function scenarioOf({ scenario, config }: ExplorerRequest) {
  return findScenario(scenario, process.cwd(), config === undefined ? undefined : await loadConfig(config));
}

/** What the contract does not know, the target's code is to blame for. */
function kindOf(error: unknown): 'mistake' | 'failure' {
  return error instanceof Error && error.name === 'WrongShape' ? 'mistake' : 'failure';
}

const TELL_EVERY_MS = 100;

process.on('message', (message: ToExplorer) => {
  if (message.type === 'run') void run(message.request);
  else if (message.type === 'stop') stopping.abort();
  else if (message.type === 'refused') waiting?.reject(new Error(message.message));
  else waiting?.resolve(message);
});
process.on('disconnect', () => process.exit(0));
