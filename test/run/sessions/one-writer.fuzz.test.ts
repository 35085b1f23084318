import { expect, it } from 'vitest';
import { AppError } from '../../../lib/kernel/errors.ts';
import { pico } from '../../../lib/kernel/money.ts';
import type { StoredConversation } from '../../../lib/run/sessions/conversation.ts';
import { createSessions } from '../../../lib/run/sessions/sessions.ts';
import { hasEnded, type RunRow, type RunStatus } from '../../../lib/runs/types.ts';
import { createMemorySessionStore } from '../../../lib/sessions/memory-store.ts';
import { NOTHING_USED } from '../../../lib/sessions/session-item.ts';
import type { SessionStore } from '../../../lib/sessions/types.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import { size } from '../../sizes.ts';

const KEY = { tenantId: 'demo', userId: null, sessionId: 'chat' };
const LEASE_MS = 10;

/** Runs of one session at once: synchronous and asynchronous, failing, killed at any place, and some of them gone on with. */
const schedule = async (seed: number, kills: boolean) => {
  const random = seededRandom(seed);
  const isKilled = (share: number): boolean => kills && random() < share;
  const clock = createFakeClock();
  const upTo = (most: number): number => Math.floor(random() * most);
  const others = async (): Promise<void> => {
    for (let turns = upTo(6); turns > 0; turns -= 1) await Promise.resolve();
    if (isKilled(0.1)) clock.stepWall(LEASE_MS / 2);
  };
  /** Each operation happens at once, some time after it was asked for, and is answered some time after that. */
  const delayed = <T extends object>(target: T): T =>
    new Proxy(target, {
      get:
        (of, name) =>
        async (...given: unknown[]) => {
          await others();
          const result = await (of[name as keyof T] as (...args: unknown[]) => Promise<unknown>)(...given);
          await others();
          return result;
        },
    });
  const plain = createMemorySessionStore(clock);
  const rows = new Map<string, RunRow>();
  const runs = { find: async (_tenantId: string, runId: string) => rows.get(runId) ?? null };
  /** Once. */
  const end = (row: RunRow): boolean => {
    const before = rows.get(row.runId);
    if (before !== undefined && hasEnded(before)) return false;
    rows.set(row.runId, row);
    return true;
  };
  const store: SessionStore = delayed(plain);
  const sessions = createSessions({ store, runs: delayed(runs), clock, costOf: async () => pico(1n) });
  const given: string[] = [];
  const failed: string[] = [];
  const working = new Map<string, number | null>();

  const row = (runId: string, mode: 'sync' | 'async', status: RunStatus): RunRow => ({
    runId,
    tenantId: KEY.tenantId,
    mode,
    status,
    agent: 'a',
    userId: null,
    sessionId: KEY.sessionId,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    traceId: '',
    steps: [],
    body: { usage: { ...NOTHING_USED, cost: undefined, costUsd: '0.000000000001' } },
  });

  /** One life of a run's process; `null`: it was killed. */
  const work = async (runId: string, mode: 'sync' | 'async'): Promise<'given' | 'failed' | 'refused' | null> => {
    const dies = (): boolean => isKilled(0.08);
    const until = mode === 'sync' ? clock.now() + LEASE_MS : null;
    const taking = { runId, mode, until, agent: 'a', hasMessages: false, claimKey: null };
    let taken;
    try {
      taken = await sessions.take(KEY, taking);
    } catch (error) {
      if (error instanceof AppError && error.code === 'run-conflict') return 'refused';
      throw error;
    }
    const before = rows.get(runId);
    if (before !== undefined && hasEnded(before)) {
      await sessions.give(KEY, runId, { usage: before.status === 'failed' ? null : NOTHING_USED, spent: pico(1n) });
      return 'given';
    }
    for (const [id, lease] of working)
      if (id !== runId && (lease === null || lease > clock.now())) throw new Error(`${id} and ${runId} both work`);
    working.set(runId, until);
    if (dies()) return null;
    const earlier = await sessions.load(KEY, taken);
    // Others come meanwhile.
    for (let turns = upTo(60); turns > 0; turns -= 1) await Promise.resolve();
    await others();
    const isFailing = random() < 0.2 || (until !== null && clock.now() >= until);
    const turns = [...(earlier?.turns ?? []), { runId, role: 'user' as const, content: '' }];
    const left: StoredConversation = { messages: [], turns, model: 'm', weighed: null };
    if (dies()) return null;
    if (!isFailing) await sessions.put(KEY, { runId, agent: 'a' }, left);
    if (dies()) return null;
    // A synchronous run's last words are bounded by the margin of its lease.
    if (until !== null && clock.now() >= until) return null;
    working.delete(runId);
    end(row(runId, mode, isFailing ? 'failed' : 'succeeded'));
    if (isFailing) failed.push(runId);
    else given.push(runId);
    if (dies()) return null;
    await sessions.give(KEY, runId, { usage: isFailing ? null : NOTHING_USED, spent: pico(1n) });
    return isFailing ? 'failed' : 'given';
  };

  /** A synchronous run is tried once, and nobody goes on with one that was killed. */
  const liveSync = async (runId: string): Promise<void> => {
    await others();
    const how = await work(runId, 'sync');
    if ((how === 'given' || how === 'failed') && !isKilled(0.1)) await startNext();
  };

  const started = new Set<string>();
  /** An asynchronous run, once it is its turn: gone on with where it was killed, or given up. */
  const start = async (runId: string): Promise<void> => {
    if (started.has(runId)) return;
    started.add(runId);
    await others();
    for (;;) {
      if (hasEnded(rows.get(runId) as RunRow)) return;
      if (isKilled(0.05) && end(row(runId, 'async', 'failed'))) break;
      const how = await work(runId, 'async');
      if (how === 'refused') throw new Error(`${runId} was started, and has not the session`);
      if (how !== null) break;
    }
    working.delete(runId);
    if (rows.get(runId)?.status === 'failed' && !failed.includes(runId)) failed.push(runId);
    if (!isKilled(0.1)) await startNext();
  };
  const startNext = async (): Promise<void> => {
    const next = await sessions.next(KEY);
    // Killed before it could start the run, which the sweeper makes up for.
    if (next !== null && !isKilled(0.1)) await start(next.runId);
  };
  /** A run that waits ends at once. */
  const cancel = async (runId: string): Promise<void> => {
    await others();
    if (started.has(runId)) return;
    started.add(runId);
    end(row(runId, 'async', 'failed'));
    failed.push(runId);
    await sessions.give(KEY, runId, { usage: null, spent: pico(0n) });
    await startNext();
  };

  const submitted: { readonly runId: string; readonly from: number; to: number }[] = [];
  let moment = 0;
  const submit = async (runId: string): Promise<void> => {
    for (let turns = upTo(300); turns > 0; turns -= 1) await Promise.resolve();
    clock.stepWall(1);
    const run = { runId, agent: 'a', createdAt: clock.now() };
    rows.set(runId, row(runId, 'async', 'queued'));
    const submission = { runId, from: (moment += 1), to: Infinity };
    submitted.push(submission);
    if (isKilled(0.1)) return;
    const cancelled = random() < 0.1 ? cancel(runId) : undefined;
    const next = await sessions.wait(KEY, run);
    submission.to = moment += 1;
    if (next !== null && !isKilled(0.1)) await start(next.runId);
    await cancelled;
  };
  const sweep = async (): Promise<void> => {
    for (const { runId, createdAt } of [...rows.values()].filter(({ status }) => status === 'queued')) {
      const next = await sessions.wait(KEY, { runId, agent: 'a', createdAt });
      if (next !== null) await start(next.runId);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, at) => (at < 5 ? submit(`run_${at}`) : liveSync(`run_${at}`))));
  // What processes that died left over holds nobody up for longer than a lease and two sweeps.
  if (kills) clock.stepWall(LEASE_MS * 2);
  for (let sweeps = kills ? 2 : 0; sweeps > 0; sweeps -= 1) await sweep();
  const unfinished = [...rows.values()].filter((each) => !hasEnded(each)).length;
  clock.stepWall(LEASE_MS * 2);
  const head = await sessions.find(KEY);
  const kept = head?.conversationOf ? await sessions.load(KEY, head) : null;
  return { kept: kept?.turns.map(({ runId }) => runId) ?? [], given, failed, submitted, unfinished };
};

it('whoever is killed wherever, one run at a time has a session, its turns are those of the answered runs, and those that wait come in order', async () => {
  let most = 0;
  let ordered = 0;
  for (let seed = 1; seed <= size(2_000, 30_000); seed += 1) {
    const { kept, given, failed, submitted, unfinished } = await schedule(seed, seed % 3 > 0);
    expect(unfinished, `seed ${seed}`).toBe(0);
    for (const earlier of submitted)
      for (const later of submitted) {
        const [one, other] = [kept.indexOf(earlier.runId), kept.indexOf(later.runId)];
        if (earlier.to > later.from || one < 0 || other < 0) continue;
        expect(one, `seed ${seed}: ${earlier.runId} was submitted before ${later.runId}`).toBeLessThan(other);
        ordered += 1;
      }
    expect(kept, `seed ${seed}`).toEqual(given);
    expect(kept.filter((runId) => failed.includes(runId))).toEqual([]);
    most = Math.max(most, kept.length);
  }
  // The schedules reach what they are about.
  expect(most).toBeGreaterThan(5);
  expect(ordered).toBeGreaterThan(size(2_000, 30_000));
});
