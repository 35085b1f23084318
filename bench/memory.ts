import { drive } from './drive.ts';
import type { LocalServer } from './local-server.ts';
import { median } from './median.ts';
import { atMost, type Section } from './section.ts';

/** Where memory is looked at: early, when all is loaded and warm, and late. */
const EARLY_RUNS = 2_000;
const LATE_RUNS = 10_000;

/** What it may be late at most, of what it was early. */
const RATIO_LIMIT = 1.1;

const CONNECTIONS = 10;

/** For the runs up to each look; a machine that needs longer shows nothing here. */
const MAX_MS = 150_000;

const runMany = async (url: string, maxRuns: number): Promise<void> => {
  const { runs } = await drive({ url, connections: CONNECTIONS, maxRuns, maxMs: MAX_MS });
  if (runs < maxRuns) throw new Error(`Only ${runs} of ${maxRuns} runs were made in ${MAX_MS} ms.`);
};

interface Growth {
  readonly early: NodeJS.MemoryUsage;
  readonly late: NodeJS.MemoryUsage;
}

const growthOf = async (server: LocalServer): Promise<Growth> => {
  try {
    await runMany(server.url, EARLY_RUNS);
    const early = await server.memory();
    await runMany(server.url, LATE_RUNS - EARLY_RUNS);
    return { early, late: await server.memory() };
  } finally {
    await server.stop();
  }
};

type Kind = 'rss' | 'heapUsed';

const ratio = ({ early, late }: Growth, kind: Kind): number => late[kind] / early[kind];

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

const row = (what: string, kind: Kind) => (growth: Growth) => [
  what,
  megabytes(growth.early[kind]),
  megabytes(growth.late[kind]),
  ratio(growth, kind).toFixed(3),
];

/** Measures what a fresh server still holds after many runs. */
export const memory = async (start: () => Promise<LocalServer>): Promise<Section> => {
  const grown = [await growthOf(await start())];
  // glibc gives each thread an arena of its own, and which of them fill up early is chance: 3 to 15 % were seen where
  // a single arena gave 2 %. What leaks grows on every server.
  if (grown.some((growth) => ratio(growth, 'rss') > RATIO_LIMIT))
    for (const again of [start, start]) grown.push(await growthOf(await again()));
  const middle = (kind: Kind) => median(grown.map((growth) => ratio(growth, kind)));
  return {
    title: 'Memory of `npm start`',
    columns: ['', `after ${EARLY_RUNS} runs, MB`, `after ${LATE_RUNS} runs, MB`, 'ratio'],
    rows: [...grown.map(row('resident', 'rss')), ...grown.map(row('used heap', 'heapUsed'))],
    meaning:
      `The process of the server, which holds all functions, after a forced collection; ${CONNECTIONS} connections, the ` +
      'embedded database on disk in a process of its own, a model that answers at once. ' +
      `Limit: ${RATIO_LIMIT} for the resident memory, and for the used heap, which shows a smaller leak. A server whose ` +
      'resident memory passes it is followed by two fresh ones, each with a line of its own, and the median counts.',
    breaches: [
      ...atMost('The ratio of resident memory', middle('rss'), RATIO_LIMIT),
      ...atMost('The ratio of the used heap', middle('heapUsed'), RATIO_LIMIT),
    ],
  };
};
