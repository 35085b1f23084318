import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Order, Told } from './taker-orders.ts';

const PROGRAM = fileURLToPath(new URL('taker.ts', import.meta.url));

/** Another process, with its own client, clock and memory. */
export interface Taker {
  tell(order: Order): Promise<Told>;
  /** SIGKILL, and gone when it resolves: it gets no chance to give anything back. */
  kill(): Promise<void>;
}

export interface TakerSettings {
  readonly endpoint: string;
  readonly tenant: string;
  readonly startAt: number;
  readonly pace: 'running' | 'still';
  readonly seed: number;
}

/** Resolves when it is ready to obey. */
export const startTaker = async ({ endpoint, tenant, startAt, pace, seed }: TakerSettings): Promise<Taker> => {
  const args = [PROGRAM, endpoint, tenant, String(startAt), pace, String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const reply = async (): Promise<Told> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the taker has gone');
    return JSON.parse(value) as Told;
  };
  await reply();
  return {
    tell(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return reply();
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
};
