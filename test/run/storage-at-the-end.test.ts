import { describe, expect, it } from 'vitest';
import { KEPT_MS } from '../../lib/idempotency/persist.ts';
import { sleep } from '../../lib/kernel/clock.ts';
import { STORAGE_GRACE_MS } from '../../lib/kernel/deadline.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { createResponseCache } from '../../lib/response-cache/response-cache.ts';
import { createMemoryRunStore } from '../../lib/runs/memory-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { answer, runParts, type RunPartsOptions, text, use } from '../agent/run-parts.ts';
import { createFakeClock } from '../fake-clock.ts';

/** What a store does that has stopped answering, and does not hear that it was given up either. */
const never = () => new Promise<never>(() => {});

const cacheOf = (over: Partial<ReturnType<typeof createMemoryCacheStore>>) =>
  createResponseCache({
    clock: createFakeClock(),
    emit: () => {},
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    store: { ...createMemoryCacheStore(), ...over },
  });
const runs = createMemoryRunStore({ clock: createFakeClock(), retentionMs: 3_600_000 });

const STORES: readonly (readonly [string, () => RunPartsOptions])[] = [
  ['the run’s row', () => ({ runs: { ...runs, add: never } })],
  ['the usage of its tools', () => ({ toolUsage: { ...createMemoryToolUsageStore(), add: never } })],
  ['the answer in the cache', () => ({ responses: cacheOf({ putAnswer: never }) })],
  ['the flight of the cache', () => ({ responses: cacheOf({ change: never }) })],
  ['its slot', () => ({ slots: { take: async () => ({ held: true, release: never }) } })],
  ['its claim', () => ({ claim: { complete: never, release: never, markEffects: async () => {} } })],
];

const TIMEOUT_MS = 20_000;

/** How long the model takes. */
const MAKING_MS = 5_000;
const FOR_EVER = new AbortController().signal;

/** A run that has just made its answer, of a tenant that has every limit. */
const atItsEnd = async (options: RunPartsOptions) => {
  const kept: Promise<unknown>[] = [];
  const parts = runParts(
    [
      async (_, { bounds: { admission } }) => {
        await admission.enter(1, () => 0);
        await sleep(parts.clock, MAKING_MS, FOR_EVER);
        // What a tool has said is not kept for others.
        return answer(options.responses ? [text('Done.')] : [use('nothing')]);
      },
      answer([text('Done.')]),
    ],
    { ...options, waitUntil: (work) => void kept.push(work) },
  );
  const tenant = newTenant('demo', 0, { maxConcurrentRuns: 3, cacheTtlSeconds: 60 });
  let answered = false;
  const run = parts.run({ timeoutMs: TIMEOUT_MS, cache: 'use' }, undefined, tenant).then((result) => {
    answered = true;
    return result;
  });
  run.catch(() => undefined);
  await parts.clock.advance(MAKING_MS);
  for (let turn = 0; turn < 10; turn += 1) await parts.clock.advance(0);
  return { ...parts, run, kept, answered: () => answered };
};
const LEFT_MS = TIMEOUT_MS - MAKING_MS;

describe('a store that never answers at the end of a run', () => {
  it.each(STORES)('holds up the answer until a second after the deadline at most: %s', async (_, options) => {
    const { run, clock, answered, events } = await atItsEnd(options());
    await clock.advance(LEFT_MS + STORAGE_GRACE_MS - 1);
    expect(answered()).toBe(false);
    await clock.advance(1);
    expect(answered()).toBe(true);
    expect(await run).toMatchObject({ status: 'succeeded', output: 'Done.' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'store.failed', operation: 'run.close' }));
    expect(events.at(-1)).toMatchObject({ type: 'run.finished' });
  });

  it.each(STORES)('keeps the process for it, but not for ever: %s', async (_, options) => {
    const { run, clock, kept } = await atItsEnd(options());
    let ended = false;
    await clock.advance(LEFT_MS + STORAGE_GRACE_MS);
    await run;
    expect(kept.length).toBeGreaterThan(0);
    void Promise.all(kept).then(() => (ended = true));
    await clock.advance(KEPT_MS);
    expect(ended).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

it('is not waited for by the others: what a run has to keep is kept at once', async () => {
  const added: unknown[] = [];
  await atItsEnd({
    runs: { ...runs, add: async (row) => added.push(row) > 0 },
    responses: cacheOf({ putAnswer: never }),
  });
  expect(added).toHaveLength(1);
});
