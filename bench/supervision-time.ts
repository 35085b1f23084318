import { median } from './median.ts';
import type { Section } from './section.ts';
import type { Effort } from './supervision.ts';
import { REQUEST } from './supervision-parts.ts';
import type { StreamUpstream } from './supervision-upstream.ts';
import { BARE, type Way, WAYS } from './supervision-ways.ts';

const DELTAS = 100;
const AT_ONCE = [1, 50];

/** In a turn; as many for each number of callers. */
const CALLS = 100;

const ROUNDS = 11;
const WARM_UP = 1;

/** The mean time of a call in milliseconds, where so many callers each call again as soon as they were answered. */
const meanMs = async (way: Way, atOnce: number, calls: number): Promise<number> => {
  let begun = 0;
  const caller = async () => {
    while (begun < calls) {
      begun += 1;
      await way();
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: atOnce }, caller));
  return ((performance.now() - began) * atOnce) / calls;
};

const timesOf = async (upstream: StreamUpstream, atOnce: number, { rounds, share }: Effort) => {
  const times = new Map<string, number[]>([...WAYS.keys()].map((name) => [name, []]));
  for (let turn = 0; turn < WARM_UP + rounds; turn += 1)
    for (const [name, to] of WAYS) {
      const way = to(upstream.url(DELTAS, 'chunk-each'), REQUEST);
      await way();
      const ms = await meanMs(way, atOnce, Math.ceil(CALLS * share));
      if (turn >= WARM_UP) times.get(name)?.push(ms);
    }
  return times;
};

/** Measures how long a supervised call takes where the upstream takes no time, alone and among others. */
export const supervisionTime = async (
  upstream: StreamUpstream,
  effort: Effort = { rounds: ROUNDS, share: 1 },
): Promise<Section> => {
  const figures = new Map<string, string[]>([...WAYS.keys()].map((name) => [name, []]));
  for (const atOnce of AT_ONCE) {
    const times = await timesOf(upstream, atOnce, effort);
    const bare = times.get(BARE) ?? [];
    for (const [name, found] of times) {
      const ratio = median(found.map((ms, at) => ms / (bare[at] ?? NaN)));
      figures.get(name)?.push(median(found).toFixed(atOnce === 1 ? 2 : 1), ratio.toFixed(2));
    }
  }
  return {
    title: 'Supervision of a model call, in time',
    columns: ['', ...AT_ONCE.flatMap((atOnce) => [`${atOnce} at once, ms a call`, 'of bare'])],
    rows: [...figures].map(([name, cells]) => [name, ...cells]),
    meaning:
      `Answers of ${DELTAS} deltas that the upstream gives at once; medians of ${effort.rounds} rounds of ${CALLS} calls, all ` +
      'ways by turns. Many at once share one core here, so that each waits for all. No limit is set.',
    breaches: [],
  };
};
