import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Another process of a fleet, with its own client, clock and memory. */
export interface FleetProcess<Order, Told> {
  readonly pid: number;
  /** Rejects where the process ends before it has answered. */
  tell(order: Order): Promise<Told>;
  /** SIGKILL, and gone when it resolves: it gets no chance to give anything back. */
  kill(): Promise<void>;
}

/** Starts a program that calls `obeyOrders`; resolves when it is ready to. */
export const startProcess = async <Order, Told>(
  program: URL,
  ...args: readonly string[]
): Promise<FleetProcess<Order, Told>> => {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // A killed process takes no more orders.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process has gone');
    return JSON.parse(value);
  };
  await heard();
  return {
    pid: child.pid ?? 0,
    async tell(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return (await heard()) as Told;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
