import { expect, it } from 'vitest';
import { createInboxWatch, WATCH_MS } from '../../../../lib/durable-run/worker/steering/watch-inbox.ts';
import type { Inbox } from '../../../../lib/runs/inbox/inbox-item.ts';
import { createFakeClock } from '../../../fake-clock.ts';

const EMPTY: Inbox = {
  maxCostUsd: null,
  raises: 0,
  cancelled: null,
  messages: [],
  approvals: [],
  decisions: [],
  closed: false,
};

it('a step that ends while its run is looked at leaves no timer behind', async () => {
  const clock = createFakeClock();
  const gate = Promise.withResolvers<Inbox>();
  const watch = createInboxWatch({ clock, emit: () => {}, read: () => gate.promise });
  const deadline = watch.deadline(60_000, false);
  await clock.advance(WATCH_MS);
  deadline[Symbol.dispose]();
  gate.resolve(EMPTY);
  await clock.advance(0);
  expect(clock.pending).toBe(0);
});

it('a step is broken off by a cancellation, and an interruptible one by a message that interrupts, within one look', async () => {
  const clock = createFakeClock();
  let inbox = EMPTY;
  const watch = createInboxWatch({ clock, emit: () => {}, read: async () => inbox });
  using call = watch.deadline(60_000, true);
  using tool = watch.deadline(60_000, false);
  inbox = { ...EMPTY, messages: [{ messageId: 'm', content: 'Stop.', interrupt: true }] };
  await clock.advance(WATCH_MS);
  expect([call.signal.aborted, watch.isInterrupted, tool.signal.aborted]).toEqual([true, true, false]);
  inbox = { ...inbox, cancelled: { keyId: 'k', at: 0 } };
  await clock.advance(WATCH_MS);
  expect([tool.signal.aborted, tool.stoppedBy]).toEqual([true, 'cancelled']);
});
