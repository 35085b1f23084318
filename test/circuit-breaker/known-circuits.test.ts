import { expect, it } from 'vitest';
import type { Circuit } from '../../lib/circuit-breaker/circuit.ts';
import { createKnownCircuits } from '../../lib/circuit-breaker/known-circuits.ts';
import { createFakeClock } from '../fake-clock.ts';
import { NAME } from './parts.ts';

const isolated = (version: number): Circuit => ({ state: 'isolated', openedAt: 0, version, generation: 1 });

/** A store whose answers come when the test says so. */
const slow = () => {
  const asked: { readonly eventually: boolean; readonly answer: (circuit: Circuit | null) => void }[] = [];
  const get = (_name: string, { eventually = false } = {}) =>
    new Promise<Circuit | null>((answer) => asked.push({ eventually, answer }));
  const clock = createFakeClock();
  return { asked, clock, known: createKnownCircuits({ store: { get }, clock }) };
};

it('what was written here while a read was under way is not undone by its answer', async () => {
  const { asked, known } = slow();
  const reading = known.get(NAME);
  known.learn(NAME, isolated(6));
  asked[0]?.answer(isolated(5));
  expect(await reading).toEqual(isolated(6));
  expect(known.last(NAME)).toEqual(isolated(6));
  expect(await known.get(NAME)).toEqual(isolated(6));
});

it('what is learned late is not believed over a later version', async () => {
  const { known } = slow();
  known.learn(NAME, isolated(6));
  known.learn(NAME, isolated(5));
  expect(await known.get(NAME)).toEqual(isolated(6));
});

it('a circuit that seems to have gone is asked for again, strongly, and believed then', async () => {
  const { asked, clock, known } = slow();
  known.learn(NAME, isolated(6));
  await clock.advance(1_000);
  const reading = known.get(NAME);
  asked[0]?.answer(null);
  await clock.advance(0);
  expect(asked.map(({ eventually }) => eventually)).toEqual([true, false]);
  asked[1]?.answer(null);
  expect(await reading).toMatchObject({ state: 'closed', version: 0 });
});
