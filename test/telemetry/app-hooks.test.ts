import { expect, it, vi } from 'vitest';
import { createApp } from '../../lib/app/app.ts';
import type { Kept } from '../../lib/telemetry/hooks/hook-set.ts';
import { createFakeClock } from '../fake-clock.ts';
import { SAMPLES } from './events.ts';

const { told } = vi.hoisted(() => ({ told: [] as string[] }));
vi.mock('../../lib/app/telemetry/own-hooks.ts', () => ({
  ownHooks: () => async (kept: readonly Kept[]) => void told.push(...kept.map(({ event }) => event.type)),
}));

it('has hooks told of a run when its own request has ended', async () => {
  const app = createApp({
    env: { LOG_LEVEL: 'ERROR' },
    clock: createFakeClock(),
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length),
    fetch,
    write: () => undefined,
  });
  app.emit(SAMPLES['run.started']);
  await app.flush('req_2');
  expect(told).toEqual([]);
  await app.flush('req_1');
  expect(told).toEqual(['run.started']);
});
