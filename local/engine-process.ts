import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { MachineRefused } from './start-refused.ts';

/** An engine that cannot start says so and ends; this is for one that hangs. A busy machine takes seconds to start it. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 2_000;

/**
 * Becomes the engine, and leaves beside it a shell that waits for the end of our pipe: when this process is gone, however
 * it went, the pipe ends and the engine is killed. A line on the pipe sends the shell away without that. What it writes is
 * for its owner alone.
 */
const BOUND_TO_US = 'umask 077; ( read -r _ <&3 || kill -KILL $$ ) </dev/null >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

export interface EngineProcess {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** What the engine said before it gave up. */
export class EngineFailed extends Error {
  override readonly name = 'EngineFailed';
}

const heard = (child: ChildProcess, wanted: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
      if (said.includes(wanted)) resolve();
    });
    child.once('error', reject);
    child.once('close', () => reject(new EngineFailed(said.trim())));
  });

const within = async <T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};

const stop = async (child: ChildProcess, exited: Promise<void>): Promise<void> => {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(kill);
};

/**
 * Starts the engine on a port and resolves when it listens there itself: on a taken port it ends with `EngineFailed`,
 * whoever else answers there. It gets a process group of its own: Ctrl-C reaches the server alone, which stops it last.
 */
export const startEngineProcess = async (
  binary: string,
  port: number,
  dbPath: string | null,
): Promise<EngineProcess> => {
  const serve = ['--host', '127.0.0.1', '--port', String(port), ...(dbPath === null ? [] : ['--db-path', dbPath])];
  const child = spawn('/bin/sh', ['-c', BOUND_TO_US, binary, ...serve], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  // Not the standard input: Node closes that when the engine ends, and the shell would kill whoever has its id by then.
  const lifeline = child.stdio[3] as Socket;
  lifeline.on('error', () => undefined).resume(); // The shell may be gone before it is told to go.
  const exited = once(child, 'exit').then(() => void lifeline.end('\n'));
  exited.catch(() => undefined); // `heard` tells of a process that could not be started.
  try {
    const late = () => new MachineRefused(`The embedded database did not answer within ${READY_TIMEOUT_MS / 1_000} s.`);
    await within(READY_TIMEOUT_MS, heard(child, `listening on http://127.0.0.1:${port}`), late);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { pid: child.pid ?? 0, exited, stop: () => stop(child, exited) };
};
