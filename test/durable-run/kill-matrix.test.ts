import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { FULL } from '../sizes.ts';
import { COMMITTED_SENDS, isLoose, SOMETIMES_MORE } from './kill/committed-sends.ts';
import { killChain, titleOf } from './kill/kill-chain.ts';
import type { KillPoint, When } from './kill/kill-points.ts';

/** How often each kind of send was made. */
const countsOf = (sends: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const line of sends) {
    const kind = line.replace(/ \d+$/, '');
    if (!isLoose(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const most = COMMITTED_SENDS[SOMETIMES_MORE] ?? 0;
  return { ...counts, [SOMETIMES_MORE]: Math.min(most, counts[SOMETIMES_MORE] ?? 0) };
};

const whensOf = (kind: string): readonly When[] => {
  if (kind === 'upstream') return ['before', 'head', 'after'];
  return kind.startsWith('journal ') ? ['before', 'torn', 'after'] : ['before', 'after'];
};

const POINTS: readonly KillPoint[] = Object.entries(COMMITTED_SENDS).flatMap(([kind, count]) =>
  Array.from({ length: count }, (_, at) => at + 1).flatMap((nth) => whensOf(kind).map((when) => ({ kind, nth, when }))),
);

/** What is sent in the same way, to the same place. */
const classOf = ({ kind }: KillPoint): string => {
  const [what = '', where = ''] = kind.split(' ');
  return ['put', 'update', 'delete', 'start'].includes(what) ? `${what} ${where}` : what;
};

/** One of each class, in the middle of the run, before or after it by turns. */
const SAMPLE = [...Map.groupBy(POINTS, classOf).values()].flatMap((points, at) => {
  const when = at % 2 === 0 ? 'after' : 'before';
  const some = points.filter((point) => point.when === when);
  return some[Math.floor(some.length / 2)] ?? [];
});

/** A machine that is very busy may write once more what it gathers. */
const TRIES = 3;

const CHAIN = 20;
const chains = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / CHAIN) }, (_, at) => all.slice(at * CHAIN, (at + 1) * CHAIN));

const LONG_MS = 1_800_000;

describe('a run of six model calls, five tools, an approval, a pause for money and two messages', () => {
  it('sends and writes what is listed, no more and no less', async () => {
    let counts: Record<string, number> = {};
    for (let tries = 0; tries < TRIES; tries += 1) {
      counts = countsOf(await killChain([null], 'counted'));
      if (JSON.stringify(Object.entries(counts).sort()) === JSON.stringify(Object.entries(COMMITTED_SENDS).sort()))
        break;
    }
    expect(counts).toEqual(COMMITTED_SENDS);
  });

  it.runIf(!FULL)(`killed at any of ${SAMPLE.length} points goes on and ends the same`, async () => {
    // Two servers at once: each of them waits most of the time.
    const half = Math.ceil(SAMPLE.length / 2);
    await Promise.all([SAMPLE.slice(0, half), SAMPLE.slice(half)].map((points) => killChain(points, 'sampled')));
  });

  it.runIf(FULL).each(chains(POINTS).map((points) => [titleOf(points[0] ?? null), points] as const))(
    'killed at any point goes on and ends the same: from %s on',
    async (_, points) => {
      await killChain(points, 'killed');
    },
    LONG_MS,
  );

  it.runIf(FULL).each([1, 2, 3, 4, 5])(
    'killed at any time, once or twice, goes on and ends the same: seed %i',
    async (seed) => {
      const random = seededRandom(seed);
      await killChain(
        Array.from({ length: CHAIN }, () => ({ random })),
        `seed ${seed}`,
      );
    },
    LONG_MS,
  );
});
