import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { describedFetch } from '../openapi/described-fetch.ts';
import { stretch, stretchedTime } from '../stretched.ts';

/** The program of `npm start`. */
export const ENTRY = join(import.meta.dirname, '..', '..', 'local', 'start.mjs');

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: `ENTRY`. */
  readonly entry?: string;
  /** Given to Node before the entry. */
  readonly nodeArguments?: readonly string[];
  /** Where it is started: an own `.env` may lie there. */
  readonly directory: string;
  /** Runs instead of Node and its entry. */
  readonly command?: readonly [string, ...string[]];
}

export interface SpawnedServer {
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly output: { stdout: string; stderr: string };
  /** Resolves with the URL of its ready line; rejects, with what it wrote, when it ends before. */
  readonly ready: Promise<string>;
  /** Resolves when it and all who hold its output have ended. */
  readonly exited: Promise<number | null>;
}

/** Nothing of whoever runs the tests: no key, no region, no npm. What is loaded before the entry is found compiled too. */
const clean = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(ANTHROPIC|AWS|BALLAST|LOG|npm|NODE(?!_COMPILE_CACHE$)|PORT|HOST$)/.test(entry[0]),
    ),
  );

/** The command line of the real entry, on any free port. */
export const spawnServer = ({
  env,
  entry = ENTRY,
  nodeArguments = [],
  directory,
  command,
}: SpawnOptions): SpawnedServer => {
  const [file, ...words] = command ?? [process.execPath, '--conditions=sample-agents', ...nodeArguments, entry];
  const child = spawn(file, words, { cwd: directory, env: { ...clean(), PORT: '0', ...env }, stdio: 'pipe' });
  child.stdin.end();
  const output = { stdout: '', stderr: '' };
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      const url = /Ballast ready on (http:\/\/localhost:\d+)/.exec(output.stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('close', () => reject(new Error(`it ended: ${output.stdout}${output.stderr}`)));
  });
  ready.catch(() => undefined);
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output, ready, exited };
};

/** What a server logs of a store or a dependency that answers slowly, or that its own end cuts off. */
const OF_SLOWNESS = /^\{"level":"(?:WARN|ERROR)","message":"(?:dependency probed|store failed|budget delayed)"/;

/** What a server wrote as an error, line by line; without what a busy machine explains, on one. */
export const complaintsOf = ({ output: { stderr } }: Pick<SpawnedServer, 'output'>): string[] =>
  stderr.split('\n').filter((line) => line !== '' && !(stretch() > 1 && OF_SLOWNESS.test(line)));

/** A directory of its own with the means to end whatever still runs in it. */
export const createWorkplace = () => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-start-'));
  const spawned: SpawnedServer[] = [];
  return {
    directory,
    database: join(directory, '.ballast', 'dynamodb.sqlite'),
    /** In stretched time. */
    start({ env, nodeArguments = [], ...options }: Partial<SpawnOptions> = {}): SpawnedServer {
      const stretched = stretchedTime();
      const server = spawnServer({
        directory,
        ...options,
        env: { ...stretched.env, ...env },
        nodeArguments: [...stretched.nodeArguments, ...nodeArguments],
      });
      spawned.push(server);
      return server;
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of spawned) child.kill('SIGKILL');
      await Promise.all(spawned.map(({ exited }) => exited));
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** The same for one test: what was started ends with it, also when it ran out of time. */
export const testWorkplace = () => {
  const place = createWorkplace();
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

const parentOf = (pid: number): number | null => {
  try {
    return Number(/\) \w (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? 0);
  } catch {
    return null;
  }
};

/** The group of processes that a terminal would interrupt together. */
export const groupOf = (pid: number): number | null => {
  try {
    return Number(/\) \w \d+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? 0);
  } catch {
    return null;
  }
};

/** Process ids of all descendants, as they are now. */
export const descendantsOf = (pid: number): number[] => {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const children = all.filter((each) => parentOf(each) === pid);
  return [...children, ...children.flatMap(descendantsOf)];
};

/** Those of the processes that still run. One that has ended and was not waited for counts as ended. */
export const alive = (pids: readonly number[]): number[] =>
  pids.filter((pid) => {
    try {
      return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  });

/** Asks as the tenant `demo`, or with another key. */
export const ask = (url: string, path: string, body?: object, key = 'ballast-dev-key'): Promise<Response> =>
  describedFetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
