import { beforeEach, describe, expect, it } from 'vitest';
import type { Circuits } from '../../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import { dueProbes } from '../../lib/health/due-probes.ts';
import { environment, OPTIONS } from '../circuit-breaker/parts.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const MODEL = 'claude-opus-5-5';
const NAME = `anthropic/${MODEL}`;
const NEVER = new AbortController().signal;

let clock: FakeClock;
let circuits: Circuits;
let asked: string[];

const fail = async (name: string) => {
  for (let call = 0; call < OPTIONS.failureThreshold; call += 1) {
    const entry = await circuits.enter(name);
    if (entry.admitted) await entry.report('failure');
  }
};
const due = (answer: boolean | Error) => {
  const model = async (name: string) => {
    asked.push(name);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return dueProbes({ circuits, reachability: { model } })();
};
const run = async (answer: boolean | Error) => {
  for (const probe of await due(answer)) await probe.run(NEVER);
};
const view = async (name = NAME) => (await circuits.list()).find((circuit) => circuit.name === name);

beforeEach(async () => {
  clock = createFakeClock();
  circuits = environment(createMemoryCircuitStore({ clock }), clock).circuits;
  asked = [];
  await fail(NAME);
});

describe('a circuit that is due', () => {
  it('is one whose break is over, of a model', async () => {
    expect(await due(true)).toEqual([]);
    await fail('tool/open-meteo');
    await clock.advance(OPTIONS.breakDurationMs);
    expect((await due(true)).map(({ name }) => name)).toEqual([NAME]);
    expect(asked).toEqual([]);
  });

  it('is tried without pay, and a success leaves the last word to a real call', async () => {
    await clock.advance(OPTIONS.breakDurationMs);
    await run(true);
    expect(asked).toEqual([MODEL]);
    expect(await view()).toMatchObject({ state: 'half-open' });
    await run(true);
    expect(asked).toEqual([MODEL]);
    const next = await circuits.enter(NAME);
    expect(next).toMatchObject({ admitted: true, probe: true });
  });

  it('stays open for another break where its model does not answer', async () => {
    await clock.advance(OPTIONS.breakDurationMs);
    await run(false);
    expect(await view()).toMatchObject({ state: 'open', retryAfterMs: OPTIONS.breakDurationMs });
  });

  it('is neither blamed nor praised where there is no key to ask with', async () => {
    await clock.advance(OPTIONS.breakDurationMs);
    await run(new Error('no key'));
    expect(await view()).toMatchObject({ state: 'half-open' });
    expect(await circuits.enter(NAME)).toMatchObject({ admitted: true, probe: true });
  });

  it('is tried by one at a time, however many look', async () => {
    await clock.advance(OPTIONS.breakDurationMs);
    const answer = Promise.withResolvers<boolean>();
    const model = async (name: string) => {
      asked.push(name);
      return await answer.promise;
    };
    const look = dueProbes({ circuits, reachability: { model } });
    const looked = await Promise.all([look(), look(), look()]);
    let left = 3;
    const tried = looked.flat().map((probe) => probe.run(NEVER).then(() => (left -= 1)));
    while (left > 1) await clock.advance(10);
    expect(asked).toEqual([MODEL]);
    answer.resolve(true);
    await Promise.all(tried);
  });
});
