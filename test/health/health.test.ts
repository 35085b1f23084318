import { expect, it } from 'vitest';
import { createHealth } from '../../lib/health/health.ts';
import { createFakeClock } from '../fake-clock.ts';

it('One environment asks its dependencies at most once a second, however often it is asked', async () => {
  const clock = createFakeClock();
  let queries = 0;
  const all = async () => {
    queries += 1;
    return {};
  };
  const health = createHealth({
    clock,
    emit: () => undefined,
    version: '1',
    known: [],
    probes: {},
    results: { all },
    circuits: { list: async () => [] },
  });
  await Promise.all(Array.from({ length: 10 }, () => health.report()));
  expect(queries).toBe(1);
  await clock.advance(1_000);
  await health.report();
  expect(queries).toBe(2);
});
