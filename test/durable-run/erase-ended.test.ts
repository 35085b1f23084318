import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sideBySide } from '../../lib/app/runs/run-sweeping.ts';
import { createEraseEnded } from '../../lib/durable-run/erase-ended.ts';
import type { DueErasure } from '../../lib/runs/ended/erasures.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { runRow } from './run-row.ts';

const HOUR_MS = 3_600_000;
/** As the list has it: the runs of one shard that one look gives at most. */
const LOOK = 2;

const erasing = (broken: readonly string[]) => {
  const clock = createFakeClock();
  const dueAt = clock.now() - 1;
  let listed: DueErasure[] = ['run_1', 'run_2', 'run_3'].map((runId) => ({ tenantId: 'acme', runId, dueAt }));
  const erased: string[] = [];
  const events: BallastEvent[] = [];
  const parts = {
    clock,
    emit: (event: BallastEvent) => void events.push(event),
    active: { add: async () => {} },
    runs: { find: async () => runRow({ status: 'succeeded' }), abandon: async () => true },
    eraseContent: {
      whole: async ({ runId }: { readonly runId: string }) => {
        if (broken.includes(runId)) throw new Error('broken');
        erased.push(runId);
      },
      ofAbandoned: async () => {},
    },
    erasures: {
      add: async (due: DueErasure) => void listed.push(due),
      due: async () => listed.filter((each) => each.dueAt <= clock.now()).slice(0, LOOK),
      remove: async (due: DueErasure) =>
        void (listed = listed.filter((each) => each.runId !== due.runId || each.dueAt !== due.dueAt)),
    },
  };
  const eraseEnded = createEraseEnded(parts);
  return { clock, eraseEnded, erased, events, listed: () => listed };
};

it('erasures that always fail do not stand in the way of the others, and are tried again in an hour', async () => {
  const { clock, eraseEnded, erased, events, listed } = erasing(['run_1', 'run_2']);
  const startedAt = clock.now();
  await eraseEnded();
  await eraseEnded();
  expect(erased).toEqual(['run_3']);
  expect(events).toHaveLength(2);
  expect(listed().map(({ runId, dueAt }) => [runId, dueAt - startedAt])).toEqual([
    ['run_1', HOUR_MS],
    ['run_2', HOUR_MS],
  ]);
});

it('the erasure is not kept waiting by the sweep, nor kept from its work by its failure', async () => {
  const did: string[] = [];
  const erased = Promise.withResolvers<void>();
  const sweep = async () => {
    await erased.promise;
    throw new Error('swept badly');
  };
  const erase = async () => {
    did.push('erased');
    erased.resolve();
  };
  await expect(sideBySide(sweep, erase)).rejects.toThrow('swept badly');
  const late = Promise.withResolvers<void>();
  const done = sideBySide(
    () => Promise.reject(new Error('swept badly')),
    () => late.promise.then(() => void did.push('erased')),
  );
  let settled = false;
  const watched = done.catch(() => void (settled = true));
  await setImmediate();
  expect(settled).toBe(false);
  late.resolve();
  await watched;
  await expect(done).rejects.toThrow('swept badly');
  expect(did).toEqual(['erased', 'erased']);
});
