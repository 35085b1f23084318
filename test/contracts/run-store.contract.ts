import { expect, it } from 'vitest';
import type { Clock } from '../../lib/kernel/clock.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { label } from '../../lib/kernel/redacted.ts';
import type { RunRow, RunStore } from '../../lib/runs/types.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const RETENTION_MS = 30 * 24 * 3_600_000;

const row = (runId: string, change: Partial<RunRow> = {}): RunRow => ({
  runId,
  tenantId: 'acme',
  mode: 'sync',
  status: 'succeeded',
  agent: 'assistant',
  userId: pseudonymOf('Zoë'),
  sessionId: null,
  createdAt: 1_763_640_000_123,
  updatedAt: 1_763_640_001_456,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  body: {
    output: 'Grüße, 世界 🌍 \u202Eשלום\u202C \u0000 \ud800',
    usage: { modelCalls: 1, costUsd: '0.001' },
    degraded: null,
  },
  steps: [
    {
      kind: 'model',
      name: label('claude-opus-5-5'),
      startedAt: '2026-11-20T12:00:00.000Z',
      durationMs: 12,
      attempts: 2,
      status: 'succeeded',
    },
  ],
  ...change,
});

/** Text that compression cannot shrink below `bytes`. */
const noise = (bytes: number): string => {
  const random = seededRandom(7);
  return Array.from({ length: bytes }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join('');
};

/** What every store of runs does. Each test has a run of its own. */
export const runStoreContract = (create: (clock: Clock, retentionMs: number) => RunStore): void => {
  it('gives a run back as it was written, to the last character', async () => {
    const store = create(createFakeClock(), RETENTION_MS);
    expect(await store.add(row('run_whole'))).toBe(true);
    expect(await store.find('acme', 'run_whole')).toEqual(row('run_whole'));
  });

  it.each(['queued', 'running', 'incomplete', 'failed', 'cancelled', 'timed_out'] as const)(
    'keeps the status %s of an asynchronous run without steps',
    async (status) => {
      const store = create(createFakeClock(), RETENTION_MS);
      const written = row(`run_${status}`, { status, mode: 'async', steps: [], body: {} });
      await store.add(written);
      expect(await store.find('acme', written.runId)).toEqual(written);
    },
  );

  it('hides a run from every other tenant', async () => {
    const store = create(createFakeClock(), RETENTION_MS);
    await store.add(row('run_private'));
    expect(await store.find('other', 'run_private')).toBeNull();
    expect(await store.find('acme/run_private', '')).toBeNull();
    expect(await store.find('acme', 'run_unknown')).toBeNull();
  });

  it('writes a run once: a second write says no and changes nothing', async () => {
    const store = create(createFakeClock(), RETENTION_MS);
    expect(await store.add(row('run_once'))).toBe(true);
    expect(await store.add(row('run_once', { status: 'failed', body: { other: noise(700_000) } }))).toBe(false);
    expect(await store.find('acme', 'run_once')).toEqual(row('run_once'));
  });

  it.each([
    ['just below what is compressed', 'x'.repeat(3_500)],
    ['compressed well', 'x'.repeat(2_000_000)],
    ['above the 400 KB of one item', noise(450_000)],
    ['of several items', noise(3_000_000)],
    ['of many characters of four bytes', '🌍'.repeat(300_000)],
  ])('keeps a body %s', async (title, output) => {
    const store = create(createFakeClock(), RETENTION_MS);
    const written = row(`run_${title.replaceAll(' ', '-')}`, { body: { output } });
    expect(await store.add(written)).toBe(true);
    expect(await store.find('acme', written.runId)).toEqual(written);
  });

  it('does not mix the bodies of two writers of one run', async () => {
    const store = create(createFakeClock(), RETENTION_MS);
    const bodies = ['a', 'b'].map((writer) => ({ writer, output: writer + noise(900_000) }));
    const outcomes = await Promise.all(bodies.map((body) => store.add(row('run_race', { body }))));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect((await store.find('acme', 'run_race'))?.body).toEqual(bodies[outcomes.indexOf(true)]);
  });

  it('forgets a run when its time is over, whether or not it was swept, and takes its id again', async () => {
    const clock = createFakeClock();
    const store = create(clock, RETENTION_MS);
    await store.add(row('run_old'));
    await clock.advance(RETENTION_MS - 1);
    expect(await store.find('acme', 'run_old')).not.toBeNull();
    expect(await store.add(row('run_old', { status: 'failed' }))).toBe(false);
    await clock.advance(1_001);
    expect(await store.find('acme', 'run_old')).toBeNull();
    expect(await store.add(row('run_old', { status: 'failed' }))).toBe(true);
    expect((await store.find('acme', 'run_old'))?.status).toBe('failed');
  });
};
