import type { ModelRequest } from '../lib/model-call/provider.ts';
import { median } from './median.ts';
import { atMost, type Section } from './section.ts';
import { LONG_REQUEST, REQUEST } from './supervision-parts.ts';
import type { Shape, StreamUpstream } from './supervision-upstream.ts';
import { BARE, type Way, WAYS } from './supervision-ways.ts';

/** An answer of so many text deltas, and how often it is read in a turn: all turns are to last about as long. */
interface Reading {
  readonly deltas: number;
  readonly request: ModelRequest;
  readonly calls: number;
}

const SHORT: Reading = { deltas: 10, request: REQUEST, calls: 150 };
const LONG: Reading = { deltas: 1_000, request: REQUEST, calls: 15 };
const ANSWERS: readonly Reading[] = [SHORT, { deltas: 100, request: REQUEST, calls: 60 }, LONG];
const AFTER_MUCH: Reading = { deltas: 10, request: LONG_REQUEST, calls: 30 };
const READINGS = [...ANSWERS, AFTER_MUCH];

const ROUNDS = 15;
const WARM_UP = 2;

const SHAPES: ReadonlyMap<Shape, string> = new Map([
  ['chunk-each', 'events by themselves'],
  ['one-chunk', 'events all at once'],
]);

/** What an event may cost at most of what reading it bare costs, with room for the noise of a shared machine. */
const EVENT_LIMIT = 1.5;

/** Turns of each measure, and which share of its calls a turn makes; less for a test that only wants to see it work. */
export interface Effort {
  readonly rounds: number;
  readonly share: number;
}

/** CPU of this process, in microseconds a call. */
const cpuOf = async (way: Way, calls: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let made = 0; made < calls; made += 1) await way();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
};

/** What a call costs of each reading, in microseconds: the median of all rounds. */
type Cost = ReadonlyMap<Reading, number>;
type Figure = (cost: Cost) => number;

const of =
  (reading: Reading): Figure =>
  (cost) =>
    cost.get(reading) ?? NaN;
/** The slope between the shortest and the longest answer, and what is left of the shortest without its deltas. */
const event: Figure = (cost) => (of(LONG)(cost) - of(SHORT)(cost)) / (LONG.deltas - SHORT.deltas);
const call: Figure = (cost) => of(SHORT)(cost) - SHORT.deltas * event(cost);

const measure = async (
  upstream: StreamUpstream,
  shape: Shape,
  { rounds, share }: Effort,
): Promise<Map<string, Cost>> => {
  const found = new Map(
    [...WAYS.keys()].map((name) => [name, new Map(READINGS.map((each) => [each, [] as number[]]))]),
  );
  for (let round = 0; round < WARM_UP + rounds; round += 1)
    for (const reading of READINGS)
      for (const [name, to] of WAYS) {
        // Anew each time: what the stores in memory have kept would cost those that come later.
        const way = to(upstream.url(reading.deltas, shape), reading.request);
        await way();
        const cost = await cpuOf(way, Math.ceil(reading.calls * share));
        if (round >= WARM_UP) found.get(name)?.get(reading)?.push(cost);
      }
  const middle = (costs: Map<Reading, number[]>) => new Map([...costs].map(([each, all]) => [each, median(all)]));
  return new Map([...found].map(([name, costs]) => [name, middle(costs)]));
};

/** Measures what supervision costs in CPU, against reading the SDK's stream and doing nothing with it. */
export const supervision = async (
  upstream: StreamUpstream,
  effort: Effort = { rounds: ROUNDS, share: 1 },
): Promise<Section> => {
  const rows: string[][] = [];
  const breaches: string[] = [];
  for (const [shape, shaped] of SHAPES) {
    const costs = await measure(upstream, shape, effort);
    const bare = costs.get(BARE) ?? new Map<Reading, number>();
    for (const [name, cost] of costs) {
      const both = (figure: Figure, digits = 0) => [
        figure(cost).toFixed(digits),
        (figure(cost) / figure(bare)).toFixed(2),
      ];
      const answers = ANSWERS.map((reading) => of(reading)(cost).toFixed(0));
      rows.push([`${name}, ${shaped}`, ...answers, ...both(event, 2), ...both(call), ...both(of(AFTER_MUCH))]);
      breaches.push(
        ...atMost(`An event of ${name}, ${shaped}, of the bare one,`, event(cost) / event(bare), EVENT_LIMIT),
      );
    }
  }
  const ofBare = (column: string) => [column, 'of bare'];
  return {
    title: 'Supervision of a model call, in CPU',
    columns: [
      '',
      ...ANSWERS.map(({ deltas }) => `${deltas} deltas, µs`),
      ...['an event, µs', 'a call, µs', '10 deltas after 200 KB, µs'].flatMap(ofBare),
    ],
    rows,
    meaning:
      `CPU of this process alone, the upstream being another one; medians of ${effort.rounds} rounds, all ways by turns, from ` +
      'which the ratios are made. *An event* is the slope over the number of deltas, *a call* what a short request costs ' +
      'without any of them; the last is a request of 200 KB. Bare is `messages.create({ stream: true })` and a loop over its ' +
      'events that does nothing. The whole call is fallback, retry, key pool, circuit, budget and the attempt by a stage’s ' +
      'defaults, with stores in memory: what DynamoDB adds is told as operations. An upstream sends events by themselves; all ' +
      `at once is where reading bare costs least. Limit: ${EVENT_LIMIT} of bare for an event.`,
    breaches,
  };
};
