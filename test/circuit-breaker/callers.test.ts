import { beforeEach, describe, expect, it } from 'vitest';
import { circuitCallOf } from '../../lib/circuit-breaker/call.ts';
import type { Result } from '../../lib/circuit-breaker/decision.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import type { CircuitStore } from '../../lib/circuit-breaker/store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type Environment, environment, NAME } from './parts.ts';

let clock: FakeClock;
let store: CircuitStore;
let here: Environment;
let there: Environment;
beforeEach(() => {
  clock = createFakeClock();
  store = createMemoryCircuitStore({ clock });
  [here, there] = [environment(store, clock), environment(store, clock, 2)];
});

/** So many calls of a tenant, one after the other; whether each was let through. */
const calls = async ({ circuits }: Environment, tenant: string, result: Result, count = 1): Promise<boolean[]> => {
  const passed: boolean[] = [];
  for (let call = 0; call < count; call += 1) {
    const entry = await circuits.enter(NAME, {}, circuitCallOf(tenant));
    passed.push(entry.admitted);
    if (entry.admitted) await entry.report(result);
  }
  return passed;
};
const state = async () => (await store.get(NAME))?.state;

describe('a circuit that one tenant opened at once', () => {
  beforeEach(async () => {
    await calls(there, 'good', 'success', 2);
    await calls(here, 'poison', 'failure', 5);
    expect(await state()).toBe('open');
    await clock.advance(1_000);
  });

  it('is closed by an environment that knows of others’ successes, which refuses nobody', async () => {
    expect(await calls(there, 'good', 'success')).toEqual([true]);
    expect(await store.get(NAME)).toMatchObject({ state: 'closed', generation: 2 });
    await clock.advance(1_000);
    await calls(here, 'poison', 'failure', 9);
    expect(await state()).toBe('closed');
  });

  it('stays open for an environment that knows of none', async () => {
    const third = environment(store, clock, 3);
    expect(await calls(third, 'good', 'success')).toEqual([false]);
    expect(await state()).toBe('open');
  });
});

it('a circuit that one tenant opened stays open where nobody else succeeded', async () => {
  await calls(there, 'busy', 'success', 2);
  await calls(here, 'busy', 'failure', 5);
  await clock.advance(1_000);
  expect(await calls(there, 'busy', 'success')).toEqual([false]);
  expect(await calls(there, 'other', 'success')).toEqual([false]);
  expect(await state()).toBe('open');
});

it('an outage that two met is not argued about', async () => {
  await calls(there, 'good', 'success', 2);
  await calls(here, 'one', 'failure', 3);
  await calls(here, 'two', 'failure', 3);
  await clock.advance(1_000);
  expect(await calls(there, 'good', 'success')).toEqual([false]);
  expect(await state()).toBe('open');
});
