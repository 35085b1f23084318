import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { admitted, calls, crowd, type Environment, environment, moving, NAME, OPTIONS, watched } from './parts.ts';

let clock: FakeClock;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock();
  const shared = createMemoryCircuitStore({ clock });
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock, 1);
  other = environment(shared, clock, 2);
});

describe('a healthy circuit', () => {
  it('costs one eventually consistent read a second, shared by all calls, and no write', async () => {
    await crowd([own], 100, clock);
    await calls(own, 100, 'success');
    expect(seen).toMatchObject({ reads: 1, strongReads: 0, writes: 0 });
    await clock.advance(1_000);
    await calls(own, 100, 'success');
    expect(seen).toMatchObject({ reads: 2, strongReads: 0, writes: 0 });
  });

  it('needs no read of its own where it was looked at beforehand', async () => {
    expect(await own.circuits.look(NAME)).toMatchObject({ state: 'closed', failures: 0 });
    await calls(own, 1, 'success');
    expect(seen.reads).toBe(1);
  });

  it('has its successes written once a second while the window holds a failure, each counted', async () => {
    await calls(own, 1, 'failure');
    expect(seen.writes).toBe(1);
    await calls(own, 500, 'success');
    expect(seen.writes).toBe(2);
    await clock.advance(1_000);
    await calls(own, 500, 'success');
    expect(seen.writes).toBe(3);
    await clock.advance(1_000);
    // The other environment meets 501 written successes and a failure: 499 more are less than half.
    await calls(other, 499, 'failure');
    expect((await other.circuits.look(NAME))?.state).toBe('closed');
    await calls(other, 1, 'failure');
    expect((await other.circuits.look(NAME))?.state).toBe('open');
  });
});

it('an open circuit is known by heart for a second: refusals cost no more reads', async () => {
  await calls(own, 5, 'failure');
  const { reads } = seen;
  for (let call = 0; call < 100; call += 1) expect((await own.circuits.enter(NAME)).admitted).toBe(false);
  expect(seen.reads).toBe(reads);
});

describe('a store that is down', () => {
  const unguarded = (operation: string) => ({ type: 'circuit.unguarded', name: NAME, operation, error: 'Error' });

  it('lets every call through, counts each, and is asked again after a second', async () => {
    seen.down = true;
    await calls(own, 20, 'failure');
    expect(own.events).toEqual(Array.from({ length: 20 }, () => unguarded('enter')));
    expect(seen).toMatchObject({ reads: 1, writes: 0 });
    seen.down = false;
    await clock.advance(1_000);
    await calls(own, 5, 'failure');
    expect((await own.circuits.enter(NAME)).admitted).toBe(false);
  });

  it('lets the callers of an open circuit through as well once the break is over', async () => {
    await calls(other, 5, 'failure');
    await clock.advance(OPTIONS.breakDurationMs);
    await own.circuits.look(NAME);
    seen.down = true;
    const entry = admitted(await own.circuits.enter(NAME));
    expect(entry.probe).toBe(false);
    expect(own.events).toEqual([unguarded('enter')]);
  });

  it('counts a report that it lost, and the call never hears of it', async () => {
    const entry = admitted(await own.circuits.enter(NAME));
    seen.down = true;
    await expect(entry.report('failure')).resolves.toBeUndefined();
    expect(own.events).toEqual([unguarded('report')]);
  });

  it('keeps the successes that could not be written for the next report', async () => {
    await calls(own, 1, 'failure');
    seen.down = true;
    await calls(own, 10, 'success');
    seen.down = false;
    await calls(own, 8, 'failure');
    expect((await own.circuits.look(NAME))?.state).toBe('closed');
    await calls(own, 1, 'failure');
    expect((await own.circuits.look(NAME))?.state).toBe('open');
  });

  it('holds a call up for half a second at most when it does not answer, and a report for one', async () => {
    seen.hanging = true;
    const startedAt = clock.now();
    expect((await moving(clock, own.circuits.enter(NAME))).admitted).toBe(true);
    expect(clock.now() - startedAt).toBeLessThanOrEqual(501);
    seen.hanging = false;
    await clock.advance(1_000);
    const entry = admitted(await own.circuits.enter(NAME));
    seen.hanging = true;
    const settledAt = clock.now();
    await moving(clock, entry.report('failure'));
    expect(clock.now() - settledAt).toBeLessThanOrEqual(1_001);
    expect(clock.pending).toBe(0);
  });

  it('has no list and takes no order: an administrator is told', async () => {
    seen.down = true;
    await expect(own.circuits.set(NAME, 'isolated')).rejects.toThrow('down');
    expect(await own.circuits.look(NAME)).toBeNull();
  });
});

it('a report that ten tries could not place is counted as lost', async () => {
  const clockwork = createFakeClock();
  const contended = { ...createMemoryCircuitStore({ clock: clockwork }), replace: async () => false };
  const watch = watched(contended);
  const busy = environment(watch.store, clockwork);
  const entry = admitted(await busy.circuits.enter(NAME));
  await moving(clockwork, entry.report('failure'));
  expect(watch.seen.writes).toBe(10);
  expect(busy.events).toMatchObject([{ type: 'circuit.unguarded', operation: 'report' }]);
});

it('an answer older than what this environment knows already is not believed', async () => {
  const shared = createMemoryCircuitStore({ clock });
  const stale = {
    ...shared,
    get: async (name: string, options = {}) => ('eventually' in options ? null : shared.get(name)),
  };
  const lagging = environment(stale, clock, 3);
  await calls(lagging, 5, 'failure');
  await clock.advance(1_000);
  expect((await lagging.circuits.enter(NAME)).admitted).toBe(false);
});
