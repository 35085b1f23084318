import { describe, expect, it } from 'vitest';
import { newErasure, type Part, PARTS, type UserErasure } from '../../lib/end-users/erasures.ts';
import { createUserErasures } from '../../lib/end-users/erasures.ts';
import { createEraseUsers, LAST_AFTER_MS, nextOf } from '../../lib/erasure/erase-users.ts';
import type { ErasePart } from '../../lib/erasure/parts.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';

const ADA = pseudonymOf('ada');
const begun = (change: Partial<UserErasure> = {}): UserErasure => ({ ...newErasure('acme', ADA, 1_000), ...change });

describe('what comes after a part of an erasure', () => {
  it.each<[string, Partial<UserErasure>, Partial<UserErasure> | null]>([
    [
      'the next part, from its beginning',
      { part: 'runs', after: 'x' },
      { part: 'sessions', after: null, dueAt: 1_000 },
    ],
    [
      'all of it once more, when nothing can come late',
      { part: 'noted' },
      { part: 'runs', isLast: true, dueAt: 1_000 + LAST_AFTER_MS },
    ],
    [
      'all of it again in a minute, where something was left',
      { part: 'noted', isLeft: true },
      { part: 'runs', isLast: false, isLeft: false, dueAt: 65_000 },
    ],
    [
      'the last time again, where something was left even then',
      { part: 'noted', isLeft: true, isLast: true },
      { part: 'runs', isLast: true, dueAt: 65_000 },
    ],
    ['nothing, after the last time', { part: 'noted', isLast: true }, null],
  ])('is %s', (_title, change, next) => {
    const following = nextOf(begun(change), 5_000);
    if (next === null) expect(following).toBeNull();
    else expect(following).toMatchObject(next);
  });

  it('is put off for longer the longer something is left, by an hour at most', () => {
    const waits = [1, 60, 6_000].map((minutes) => {
      const now = 1_000 + minutes * 60_000;
      return (nextOf(begun({ part: 'noted', isLeft: true }), now)?.dueAt ?? 0) - now;
    });
    expect(waits).toEqual([60_000, 360_000, 3_600_000]);
  });
});

let tenants = 0;

/** Erasures on a real engine, whose parts are done by `act`, in the order in which they were asked. */
const rig = (engine: TestDynamoDb, act: ErasePart) => {
  const clock = createFakeClock();
  const asked: string[] = [];
  const events: BallastEvent[] = [];
  const erasures = createUserErasures(engine.table('RunsTable'));
  const part =
    (name: Part): ErasePart =>
    (erasure, isOver) => {
      asked.push(`${name}${erasure.after === null ? '' : `:${erasure.after}`}`);
      return act(erasure, isOver);
    };
  const parts = Object.fromEntries(PARTS.map((name) => [name, part(name)])) as Record<Part, ErasePart>;
  const emit = (event: BallastEvent) => void events.push(event);
  const tenantId = `erased-${(tenants += 1)}`;
  const add = () => erasures.add(newErasure(tenantId, ADA, clock.now()));
  const left = async () => (await erasures.due(Infinity)).filter((each) => each.tenantId === tenantId);
  return {
    clock,
    asked,
    events,
    erasures,
    tenantId,
    add,
    left,
    erase: createEraseUsers({ clock, emit, erasures, parts }),
  };
};
const done: ErasePart = async (erasure) => ({ erasure, isDone: true });

describeOnDynamoDb('an erasure', (engine) => {
  it('goes through all parts at once, and through all of them again when nothing can come late; then it is gone', async () => {
    const { clock, asked, events, add, left, erase } = rig(engine(), done);
    await add();
    await erase();
    await erase();
    expect(asked).toEqual(PARTS);
    await clock.advance(LAST_AFTER_MS - 1);
    await erase();
    expect(asked).toEqual(PARTS);
    await clock.advance(1);
    await erase();
    expect(asked).toEqual([...PARTS, ...PARTS]);
    expect(await left()).toEqual([]);
    expect(events).toMatchObject([{ type: 'user.erased', tookMs: LAST_AFTER_MS }]);
    expect(JSON.stringify(events)).not.toContain('ada');
  });

  it('goes on where it was when its process was killed, at whatever place', async () => {
    let kills = 3;
    const dying: ErasePart = async (erasure) => {
      if (erasure.part === 'sessions' && erasure.after === null)
        return { erasure: { ...erasure, after: 'half' }, isDone: false };
      if (erasure.part === 'sessions' && (kills -= 1) > 0) throw new Error('killed');
      return { erasure, isDone: true };
    };
    const { asked, events, add, erase } = rig(engine(), dying);
    await add();
    for (let minute = 0; minute < 3; minute += 1) await erase();
    expect(asked).toEqual([
      'runs',
      'sessions',
      'sessions:half',
      'sessions:half',
      'sessions:half',
      'answers',
      'books',
      'noted',
    ]);
    expect(events.map(({ type }) => type)).toEqual(['store.failed', 'store.failed']);
  });

  it('that is asked for again begins anew, also while a process is at work on it', async () => {
    const again: { add: () => Promise<void> } = { add: async () => undefined };
    const { clock, asked, erasures, tenantId, add, left, erase } = rig(engine(), async (erasure) => {
      if (erasure.part === 'sessions') await again.add();
      return { erasure, isDone: true };
    });
    await add();
    const [first] = await left();
    again.add = async () => {
      await clock.advance(10);
      await add();
      again.add = async () => undefined;
    };
    await erase();
    expect(asked).toEqual(['runs', 'sessions']);
    expect(await left()).toMatchObject([{ part: 'runs', requestedAt: clock.now() }]);
    // Whoever still has the old one neither goes on with it nor ends it.
    expect(await erasures.save(first ?? newErasure(tenantId, ADA, 0))).toBe(false);
    await erasures.remove(first ?? newErasure(tenantId, ADA, 0));
    expect(await left()).toHaveLength(1);
  });
});
