import { expect, it } from 'vitest';
import { createEventLog } from '../../lib/runs/event-log.ts';
import type { LogEntry } from '../../lib/runs/log-entry.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { startProcess } from '../fleet/start-process.ts';
import type { WriterAnswer, WriterOrder } from './event-writer.ts';

const RUN = { tenantId: 'acme', runId: 'run_dead_writers' };

/** Far more than a process writes before it is stopped. */
const WITHOUT_END = { entries: 10_000 };

describeOnDynamoDb('the event log of processes that die and stall', (engine) => {
  it('has every event once, and none of a worker behind the first of the next', async () => {
    // The writers' tables are control tables: what a log needs, all three have.
    const table = engine().table('ControlTable');
    const log = createEventLog({ table, clock: createFakeClock(), retentionMs: 3_600_000 });
    let seed = 0;
    const start = async () => {
      seed += 1;
      const program = new URL('./event-writer.ts', import.meta.url);
      const args = [engine().endpoint, RUN.runId, String(seed)];
      const writer = await startProcess<WriterOrder, WriterAnswer>(program, ...args);
      const { worker } = await writer.tell('begin');
      return { ...writer, worker };
    };
    const isAt = async (id: number): Promise<void> => {
      while (((await log.tail(RUN))?.first ?? 0) < id);
    };

    const workers: number[] = [];
    const known = new Map<number, number>();
    for (let round = 0; round < 4; round += 1) {
      const stalled = await start();
      const work = stalled.tell(WITHOUT_END);
      await isAt(stalled.worker + 40);
      process.kill(stalled.pid, 'SIGSTOP');

      const killed = await start();
      killed.tell(WITHOUT_END).catch(() => undefined);
      await isAt(killed.worker + 20);
      // It goes on where it was, while the other writes.
      process.kill(stalled.pid, 'SIGCONT');
      const answer = await work;
      expect(answer.stale).toBe(true);
      for (const id of answer.written) known.set(id, stalled.worker);
      await killed.kill();
      await stalled.kill();
      workers.push(stalled.worker, killed.worker);
    }
    const last = await start();
    for (const id of (await last.tell({ entries: 10 })).written) known.set(id, last.worker);
    await last.kill();
    workers.push(last.worker);

    const entries: LogEntry[] = [];
    for await (const entry of log.read(RUN, 0)) entries.push(entry);
    const events = entries.flatMap(({ events: some }) => some.map(({ data }) => data as { by: number; id: number }));
    expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
    expect([...new Set(events.map(({ by }) => by))]).toEqual(workers);
    expect(workers).toEqual([...workers].sort((a, b) => a - b));
    // Whose number is the id of its first event, and who wrote what it says it wrote.
    expect(workers.map((worker) => events[worker - 1]?.by)).toEqual(workers);
    expect([...known].filter(([id, by]) => events[id - 1]?.by !== by)).toEqual([]);
    expect(known.size).toBeGreaterThan(4 * 40);
  });
});
