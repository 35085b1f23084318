import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CallerOptions, Order, Told } from './caller-protocol.ts';

const PROGRAM = fileURLToPath(new URL('caller.ts', import.meta.url));

/** Another process, with its own client and its own calls. */
export interface Caller {
  /** Rejects where the process ends before it has answered. */
  tell(order: Order): Promise<Told>;
  /** SIGKILL, and gone when it resolves. */
  kill(): Promise<void>;
}

export const startCaller = async (options: CallerOptions): Promise<Caller> => {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // A killed process takes no more orders.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the caller has gone');
    return JSON.parse(value);
  };
  await answer();
  return {
    async tell(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return (await answer()) as Told;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
