import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { admitted, calls, crowd, type Environment, environment, moving, NAME, OPTIONS } from './parts.ts';

let clock: FakeClock;
let store: CircuitStore;
let first: Environment;
let second: Environment;
beforeEach(() => {
  clock = createFakeClock();
  store = createMemoryCircuitStore({ clock });
  first = environment(store, clock, 1);
  second = environment(store, clock, 2);
});

const state = async () => (await store.get(NAME))?.state ?? 'never failed';
const opened = async () => {
  await calls(first, OPTIONS.failureThreshold, 'failure');
  expect(await state()).toBe('open');
};
const afterBreak = async () => {
  await opened();
  await clock.advance(OPTIONS.breakDurationMs);
};

describe('opening', () => {
  it('happens at the threshold, not before, and refuses everybody with the time to come back', async () => {
    await calls(first, 4, 'failure');
    expect(await state()).toBe('closed');
    await calls(first, 1, 'failure');
    expect(await state()).toBe('open');
    await clock.advance(1_000);
    for (const { circuits } of [first, second]) {
      expect(await circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: OPTIONS.breakDurationMs - 1_000 });
    }
  });

  it('is seen by another environment within a second', async () => {
    expect((await second.circuits.enter(NAME)).admitted).toBe(true);
    await opened();
    await clock.advance(1_000);
    expect((await second.circuits.enter(NAME)).admitted).toBe(false);
  });

  it('counts the failures of all environments together', async () => {
    await calls(first, 2, 'failure');
    await calls(second, 3, 'failure');
    expect(await state()).toBe('open');
  });

  it('needs the ratio as well, successes before the first failure included', async () => {
    await calls(first, 6, 'success');
    await calls(first, 5, 'failure');
    expect(await state()).toBe('closed');
    await calls(first, 1, 'failure');
    expect(await state()).toBe('open');
  });

  it.each([
    ['before them', (failing: number) => failing >= 1_000],
    ['after the first of them', (failing: number) => failing === 0 || failing > 1_000],
    ['between them', (failing: number) => failing % 201 === 0],
  ])('does not happen on five failures among a thousand successes that come %s', async (_, fails) => {
    for (let call = 0; call < 1_005; call += 1) await calls(first, 1, fails(call) ? 'failure' : 'success');
    expect(await state()).toBe('closed');
  });

  it('does not happen on five failures and a thousand successes that all end at once', async () => {
    const entries = await Promise.all(Array.from({ length: 1_005 }, () => first.circuits.enter(NAME)));
    const settled = entries.map((entry, call) => admitted(entry).report(call % 201 === 0 ? 'failure' : 'success'));
    await moving(clock, Promise.all(settled));
    expect(await state()).toBe('closed');
  });

  it('does not happen on failures older than the window', async () => {
    await calls(first, 4, 'failure');
    await clock.advance(OPTIONS.failureWindowMs);
    await calls(first, 4, 'failure');
    expect(await state()).toBe('closed');
  });

  it('happens on fifty failures at once, whose reports race each other', async () => {
    const entries = await Promise.all(Array.from({ length: 50 }, () => first.circuits.enter(NAME)));
    await moving(clock, Promise.all(entries.map((entry) => admitted(entry).report('failure'))));
    expect(await state()).toBe('open');
    expect(first.events.filter(({ type }) => type === 'circuit.changed')).toHaveLength(1);
  });

  it('keeps circuits apart, each with its own settings', async () => {
    const settings = { failureThreshold: 3, breakDurationMs: 30_000 };
    for (let call = 0; call < 3; call += 1) {
      await admitted(await first.circuits.enter('tool/database', settings)).report('failure');
    }
    expect(await first.circuits.enter('tool/database', settings)).toEqual({ admitted: false, retryAfterMs: 30_000 });
    expect((await first.circuits.enter(NAME)).admitted).toBe(true);
  });

  it('never happens on results that say nothing', async () => {
    await calls(first, 50, 'neutral');
    expect(await state()).toBe('never failed');
  });

  it('counts a call once, by its first word', async () => {
    const entry = admitted(await first.circuits.enter(NAME));
    for (let word = 0; word < 5; word += 1) await entry.report('failure');
    expect((await first.circuits.look(NAME))?.failures).toBe(1);
  });
});

describe('after the break', () => {
  it('fifty callers in each of two environments send one probe, the others are refused', async () => {
    await afterBreak();
    const passed = await crowd([first, second], 50, clock);
    expect(passed).toHaveLength(1);
    expect(passed[0]?.probe).toBe(true);
  });

  it('a probe is decided by its first sign of life, and the next caller is the next probe at once', async () => {
    await afterBreak();
    const probe = admitted(await first.circuits.enter(NAME));
    await probe.began();
    const next = admitted(await first.circuits.enter(NAME));
    expect(next.probe).toBe(true);
    expect((await first.circuits.enter(NAME)).admitted).toBe(false);
    await probe.report('failure');
    await next.began();
    expect(await state()).toBe('closed');
  });

  it('closes after two probe successes, not one, and starts without failures', async () => {
    await afterBreak();
    await calls(first, 1, 'success');
    expect(await state()).toBe('half-open');
    await calls(first, 1, 'success');
    expect(await state()).toBe('closed');
    expect(await first.circuits.look(NAME)).toMatchObject({ state: 'closed', failures: 0, openedAt: null });
    await calls(first, 4, 'failure');
    expect(await state()).toBe('closed');
  });

  it('a failed probe opens it for another break, and the successes before it are void', async () => {
    await afterBreak();
    await calls(first, 1, 'success');
    await calls(first, 1, 'failure');
    expect(await first.circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: OPTIONS.breakDurationMs });
    await clock.advance(OPTIONS.breakDurationMs);
    await calls(first, 1, 'success');
    expect(await state()).toBe('half-open');
  });

  it('a probe that found out nothing gives its place to the next caller', async () => {
    await afterBreak();
    await calls(first, 3, 'neutral');
    expect(await state()).toBe('half-open');
    expect(admitted(await first.circuits.enter(NAME)).probe).toBe(true);
  });

  it('the lease of a dead probe passes on when it ends, not before; its late word changes nothing', async () => {
    await afterBreak();
    const dead = admitted(await first.circuits.enter(NAME));
    await clock.advance(OPTIONS.probeLeaseMs - 1);
    expect(await second.circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: 1 });
    await clock.advance(1);
    const heir = admitted(await second.circuits.enter(NAME));
    expect(heir.probe).toBe(true);
    await dead.report('failure');
    expect(await state()).toBe('half-open');
    await heir.report('success');
    expect((await second.circuits.look(NAME))?.state).toBe('half-open');
    await calls(second, 1, 'success');
    expect(await state()).toBe('closed');
  });
});

describe('the lease of a probe that lives', () => {
  it('begins anew, and passes on when the probe lives no more', async () => {
    await afterBreak();
    const slow = admitted(await first.circuits.enter(NAME));
    for (let ms = 0; ms < 10 * OPTIONS.probeLeaseMs; ms += 1_000) {
      await clock.advance(1_000);
      await slow.lives();
      expect(await second.circuits.enter(NAME)).toMatchObject({ admitted: false });
    }
    await clock.advance(OPTIONS.probeLeaseMs + 1_000);
    expect(admitted(await second.circuits.enter(NAME)).probe).toBe(true);
    await slow.lives();
    await slow.report('failure');
    expect(await state()).toBe('half-open');
  });

  it('is written three times in its length at most, and not once it is decided', async () => {
    await afterBreak();
    const slow = admitted(await first.circuits.enter(NAME));
    const version = async () => (await store.get(NAME))?.version ?? 0;
    const before = await version();
    for (let ms = 0; ms < OPTIONS.probeLeaseMs; ms += 100) {
      await clock.advance(100);
      await slow.lives();
    }
    expect((await version()) - before).toBeLessThanOrEqual(3);
    await slow.began();
    const decided = await version();
    await clock.advance(OPTIONS.probeLeaseMs);
    await slow.lives();
    expect(await version()).toBe(decided);
  });
});

describe('a result of an older generation', () => {
  const late = async (count: number) =>
    (await Promise.all(Array.from({ length: count }, () => first.circuits.enter(NAME)))).map(admitted);

  it('does not reopen a circuit that has closed since', async () => {
    const outage = await late(10);
    await afterBreak();
    await calls(first, 2, 'success');
    for (const entry of outage) await entry.report('failure');
    expect(await first.circuits.look(NAME)).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('does not close an open one, nor a half-open one', async () => {
    const entries = await late(10);
    await afterBreak();
    await entries[0]?.report('success');
    expect(await state()).toBe('open');
    admitted(await first.circuits.enter(NAME));
    for (const entry of entries) await entry.report('success');
    expect(await store.get(NAME)).toMatchObject({ state: 'half-open', successes: 0 });
  });

  it('does not count among the calls of a later generation', async () => {
    const entries = await late(20);
    await afterBreak();
    await calls(first, 2, 'success');
    for (const entry of entries) await entry.report('success');
    await calls(first, 5, 'failure');
    expect(await state()).toBe('open');
  });
});

describe('an administrator', () => {
  it('isolates it also where its store fails from then on, wherever it was known', async () => {
    let fails = false;
    const get: CircuitStore['get'] = async (...args) => {
      if (fails) throw new Error('no store');
      return await store.get(...args);
    };
    const knowing = environment({ ...store, get }, clock, 3);
    await first.circuits.set(NAME, 'isolated');
    expect(await knowing.circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: null });
    fails = true;
    await clock.advance(60_000);
    expect(await knowing.circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: null });
    expect((await knowing.circuits.look(NAME))?.state).toBe('isolated');
    expect(knowing.events).toEqual([]);
    expect((await knowing.circuits.enter('tool/open-meteo')).admitted).toBe(true);
  });

  it('isolates a dependency until it is closed, however long that takes', async () => {
    await first.circuits.set(NAME, 'isolated');
    await clock.advance(400 * 24 * 3_600_000);
    expect(await second.circuits.enter(NAME)).toEqual({ admitted: false, retryAfterMs: null });
    expect(await second.circuits.set(NAME, 'closed')).toMatchObject({ state: 'closed', openedAt: null });
    expect((await second.circuits.enter(NAME)).admitted).toBe(true);
    await clock.advance(1_000);
    expect((await first.circuits.enter(NAME)).admitted).toBe(true);
  });

  it('closes an open circuit and clears its failures, those under way included', async () => {
    const underWay = admitted(await first.circuits.enter(NAME));
    await opened();
    await first.circuits.set(NAME, 'closed');
    await underWay.report('failure');
    await calls(first, 4, 'failure');
    expect(await state()).toBe('closed');
    await first.circuits.set(NAME, 'closed');
    await calls(first, 4, 'failure');
    expect(await state()).toBe('closed');
  });

  it('sees all circuits, by name, as they stand', async () => {
    await first.circuits.set('tool/open-meteo', 'isolated');
    const openedAt = clock.now();
    await opened();
    await calls(first, 2, 'failure', 'anthropic/claude-haiku-4-5');
    await clock.advance(10_000);
    const [haiku, opus, weather] = await second.circuits.list();
    const closed = { state: 'closed', failures: 2, openedAt: null, retryAfterMs: null };
    expect(haiku).toEqual({ name: 'anthropic/claude-haiku-4-5', ...closed });
    expect(opus).toEqual({ name: NAME, state: 'open', failures: 5, openedAt, retryAfterMs: 50_000 });
    expect(weather).toMatchObject({ name: 'tool/open-meteo', state: 'isolated', openedAt, retryAfterMs: null });
  });
});

it('tells of each change of state once, with its generation', async () => {
  await afterBreak();
  await calls(second, 2, 'success');
  expect([...first.events, ...second.events]).toEqual([
    { type: 'circuit.changed', name: NAME, from: 'closed', to: 'open', generation: 1, failures: 5 },
    { type: 'circuit.changed', name: NAME, from: 'open', to: 'half-open', generation: 2, failures: 5 },
    { type: 'circuit.changed', name: NAME, from: 'half-open', to: 'closed', generation: 3, failures: 0 },
  ]);
});
