import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The development key of `npm start`, given to the server by its environment. */
export const API_KEY = 'bench-key';

/** The key with every scope, likewise. */
export const ADMIN_KEY = 'bench-admin-key';

/** These end what hangs: a machine that is busy takes far longer than one that is not. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 120_000;

export interface LocalServer {
  readonly url: string;
  readonly pid: number;
  /** What the process holds after a forced collection. */
  memory(): Promise<NodeJS.MemoryUsage>;
  stop(): Promise<void>;
}

export interface LocalServerOptions {
  /** Where it runs and keeps its data. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const preload = join(import.meta.dirname, 'report-memory.ts');

const ready = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error('The local server does not start.')), START_TIMEOUT_MS);
    const settle = (act: () => void) => {
      clearTimeout(late);
      act();
    };
    const listen = (text: string) => {
      said += text;
      const url = /Ballast ready on (http:\/\/localhost:\d+)/.exec(said)?.[1];
      if (url === undefined) return;
      // Its log goes on and has to be read, or the server would stand still.
      child.stdout?.off('data', listen).resume();
      settle(() => resolve(url));
    };
    child.stdout?.setEncoding('utf8').on('data', listen);
    child.once('exit', () => settle(() => reject(new Error('The local server has ended before it was ready.'))));
  });

/** Starts what `npm start` starts, in a process of its own on a free port, with nothing of this process's environment but its path. */
export const startLocalServer = async ({ folder, env }: LocalServerOptions): Promise<LocalServer> => {
  const child = spawn(
    process.execPath,
    ['--conditions=sample-agents', '--expose-gc', '--import', preload, join(root, 'local', 'start.mjs')],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        HOST: '127.0.0.1',
        BALLAST_DATA_DIR: join(folder, 'data'),
        BALLAST_DEV_API_KEY: API_KEY,
        BALLAST_DEV_ADMIN_KEY: ADMIN_KEY,
        ANTHROPIC_API_KEY: 'not-a-key',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(kill);
  };
  try {
    const url = await ready(child);
    return {
      url: url.replace('localhost', '127.0.0.1'),
      pid: child.pid ?? 0,
      async memory() {
        const answer = once(child, 'message') as Promise<[NodeJS.MemoryUsage]>;
        child.send('memory');
        return (await answer)[0];
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
