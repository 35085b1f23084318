import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command, Reply } from './claimer-protocol.ts';

const PROGRAM = fileURLToPath(new URL('claimer.ts', import.meta.url));

/** Another process, with its own client and its own claims. */
export interface Claimer {
  readonly pid: number;
  tell(command: Command): Promise<Reply>;
  /** Ends it as a crash would: it gets no chance to give anything back. */
  kill(): Promise<void>;
}

export const startClaimer = async (endpoint: string, now: number, lockMs: number): Promise<Claimer> => {
  const child = spawn(process.execPath, [PROGRAM, endpoint, String(now), String(lockMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const reply = async (): Promise<Reply> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the claimer has ended');
    return JSON.parse(value) as Reply;
  };
  await reply();
  return {
    pid: child.pid ?? 0,
    tell(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return reply();
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};
