import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../../../lib/kernel/clock.ts';
import type { JournalRecord } from '../../../local/executions/journal-record.ts';
import { bundledForKills } from '../../api/bundled-server.ts';
import { type SpawnedServer, spawnServer } from '../../local/spawned-server.ts';
import { describedFetch } from '../../openapi/described-fetch.ts';
import { stretch } from '../../stretched.ts';

/** How many times faster than the machine's the time of these servers passes, where the machine is not busy. */
const SPEED = 10;

const pace = (): number => stretch() / SPEED;

/** The time of the servers for what is scripted beside them. */
export const fastClock = (): Clock & { readonly beganAt: number } => {
  const beganAt = Date.now();
  const times = pace();
  return {
    beganAt,
    now: () => Math.floor(beganAt + (Date.now() - beganAt) / times),
    monotonicMs: () => Math.floor(performance.now() / times),
    after: (ms, act) => {
      const timer = setTimeout(act, ms * times);
      return () => clearTimeout(timer);
    },
  };
};

export interface SupervisedOptions {
  readonly clock: ReturnType<typeof fastClock>;
  readonly env: Readonly<Record<string, string>>;
  /** A file of this folder. Default: the agents of the runs that are killed. */
  readonly agents?: URL;
  /** Loaded into the server before it. */
  readonly preloads?: readonly string[];
}

const preloads = (names: readonly string[]): string[] =>
  names.flatMap((name) => ['--import', new URL(name, import.meta.url).href]);

const SUSPENDED_LINE = JSON.stringify({ kind: 'suspended' } satisfies JournalRecord);

/** A server on one data directory that is started again whenever it is killed. */
export const supervise = async (options: SupervisedOptions) => {
  const { clock, env, agents = new URL('agents.ts', import.meta.url), preloads: more = [] } = options;
  const { entry, folder } = await bundledForKills();
  const bundled = ({ pathname }: URL): string =>
    pathToFileURL(join(folder, basename(pathname).replace(/\.ts$/, '.mjs'))).href;
  const directory = mkdtempSync(join(tmpdir(), 'ballast-killed-'));
  const running = join(directory, '.ballast', 'executions', 'running', 'execute-run');
  const [notes, effects] = [join(directory, 'sends'), join(directory, 'effects')];
  for (const file of [notes, effects]) appendFileSync(file, '');
  const all = {
    TEST_STRETCH: String(pace()),
    TEST_STRETCH_BEGAN_AT: String(clock.beganAt),
    TEST_SENDS: notes,
    TEST_EFFECTS: effects,
    LOG_LEVEL: 'ERROR',
    ANTHROPIC_API_KEY: 'key',
    ...env,
  };
  const nodeArguments = preloads(['../../stretched-time.ts', './kill-points.ts', './other-agents.ts', ...more]);
  let kills = 0;
  let stopping = false;
  let current: SpawnedServer;
  let url = '';
  let up: Promise<void>;
  let agentsUrl = bundled(agents);

  const start = (): void => {
    const server = spawnServer({ directory, entry, env: { ...all, TEST_AGENTS: agentsUrl }, nodeArguments });
    current = server;
    up = server.ready.then((found) => void (url = found));
    up.catch(() => undefined);
    void server.exited.then(() => {
      if (stopping) return;
      kills += 1;
      start();
    });
  };
  start();

  const linesOf = (file: string): string[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  const stop = async (): Promise<void> => {
    stopping = true;
    current.child.kill('SIGKILL');
    await current.exited;
  };
  return {
    directory,
    get kills() {
      return kills;
    },
    /** Of the server that runs now. */
    get pid() {
      return current.child.pid ?? 0;
    },
    get output() {
      return current.output;
    },
    sends: () => linesOf(notes),
    /** Journals of executions whose end is not delivered yet. */
    executionsRunning: () => readdirSync(running),
    /** Journals of executions that wait, and that a start leaves alone: the row of a run says earlier that it waits. */
    executionsAtRest: () =>
      readdirSync(running).filter(
        (file) => readFileSync(join(running, file), 'utf8').split('\n').at(-2) === SUSPENDED_LINE,
      ),
    effects: () => linesOf(effects),
    kill: () => current.child.kill('SIGKILL'),
    /** The next start has these agents. */
    useAgents: (module: URL) => void (agentsUrl = bundled(module)),
    /** The URL of the server that runs, once it is ready. */
    async url(): Promise<string> {
      for (;;) {
        const waited = up;
        await waited;
        if (waited === up) return url;
      }
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

export type Supervised = Awaited<ReturnType<typeof supervise>>;

export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const BETWEEN_TRIES_MS = 30;

/** Sends until there is an answer, as a client does that does not know whether a lost one was taken. */
export const createClient =
  (server: Supervised, key: string) =>
  async (
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: object; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answered> => {
    for (;;) {
      const url = await server.url();
      try {
        const response = await describedFetch(`${url}${path}`, {
          method,
          headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const answer = { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answered['body'] };
        if (answer.body['code'] !== 'idempotency-in-progress') return answer;
      } catch {
        // Killed before it had answered.
      }
      await pause(BETWEEN_TRIES_MS);
    }
  };

export type Client = ReturnType<typeof createClient>;
