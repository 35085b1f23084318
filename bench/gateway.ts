import type { Load } from './gateway-load.ts';
import { type Figures, measureTurn, type Way, type WayName, type Ways } from './gateway-ways.ts';
import { median } from './median.ts';
import { atMost, type Section } from './section.ts';

/** Turns of each cell, and how long one lasts; less for a test that only wants to see it work. */
export interface Effort {
  readonly rounds: number;
  readonly turnMs: number;
  readonly connections: readonly number[];
}

const FULL: Effort = { rounds: 3, turnMs: 800, connections: [1, 10, 50] };

/** Before anything is counted: what a process does slower at first, and the connections. */
const WARM_UP_TURNS = 3;

const NAMES: Readonly<Record<WayName, string>> = {
  bare: 'bare pass-through',
  floor: 'floor',
  ballast: 'Ballast',
};

const SHAPES = [
  { stream: false, shaped: 'JSON' },
  { stream: true, shaped: 'SSE' },
];

/** What is aimed at, told beside what was measured: of the floor's requests a second, milliseconds of CPU beyond it, of delay. */
const SHARE_AIM = 0.6;
const TIMES_AIM = Number((1 / SHARE_AIM).toFixed(2));
const CPU_AIM_MS = 1;
const DELAY_AIM_MS = 1;

type Cell = Readonly<Record<WayName, Figures>>;

export const middleOf = (turns: readonly Figures[]): Figures => {
  const middle = (figure: keyof Figures) => median(turns.map((turn) => turn[figure]));
  return {
    perSecond: middle('perSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cpuMs: middle('cpuMs'),
    delayMs: middle('delayMs'),
  };
};

const turnsOf = async (ways: Ways['ways'], load: Load, rounds: number): Promise<Cell> => {
  const turns: Record<WayName, Figures[]> = { bare: [], floor: [], ballast: [] };
  const each = Object.entries(ways) as [WayName, Way][];
  for (let round = 0; round < rounds; round += 1)
    for (const [name, way] of each) turns[name].push(await measureTurn(way, load));
  return {
    bare: middleOf(turns.bare),
    floor: middleOf(turns.floor),
    ballast: middleOf(turns.ballast),
  };
};

const rowsOf = (shaped: string, connections: number, cell: Cell): string[][] =>
  (Object.keys(NAMES) as WayName[]).map((name) => {
    const { perSecond, p50Ms, p99Ms, cpuMs, delayMs } = cell[name];
    return [
      `${NAMES[name]}, ${shaped}, ${connections}`,
      perSecond.toFixed(0),
      (perSecond / cell.bare.perSecond).toFixed(2),
      (perSecond / cell.floor.perSecond).toFixed(2),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      cpuMs.toFixed(2),
      (cpuMs - cell.floor.cpuMs).toFixed(2),
      shaped === 'SSE' ? delayMs.toFixed(2) : '',
    ];
  });

/** Requests a second over all connections: few enough that a first byte never waits for others. */
const EASY_RATE = 50;

/** Measures the first byte where the process is not kept busy, whatever the number of connections. */
export const gatewayDelay = async ({ ways }: Ways, effort: Effort = FULL): Promise<Section> => {
  const { rounds, turnMs } = effort;
  const cells: { readonly connections: number; readonly cell: Cell }[] = [];
  for (const connections of effort.connections) {
    const load = { connections, ms: 2 * turnMs, stream: true, pauseMs: (1_000 * connections) / EASY_RATE };
    cells.push({ connections, cell: await turnsOf(ways, load, rounds) });
  }
  return {
    title: 'First byte of the gateway, where it is not kept busy',
    columns: ['connections', ...Object.values(NAMES).map((name) => `${name}, ms`)],
    rows: cells.map(({ connections, cell }) => [
      String(connections),
      ...(Object.keys(NAMES) as WayName[]).map((name) => cell[name].delayMs.toFixed(2)),
    ]),
    meaning:
      `The delay of the table above, as events, at ${EASY_RATE} requests a second over all connections together: of what ` +
      'stands there at 10 and 50 connections the rest is waiting for others in a process that always has something to do. ' +
      `Medians of ${rounds} turns of ${2 * turnMs} ms. Limit: ${DELAY_AIM_MS} ms.`,
    breaches: cells.flatMap(({ connections, cell: { ballast } }) =>
      atMost(`The delay of the first byte at ${connections} connections, in ms,`, ballast.delayMs, DELAY_AIM_MS),
    ),
  };
};

/** Measures the gateway against passing on and against what its guards cost at least, all by turns. */
export const gateway = async ({ ways }: Ways, effort: Effort = FULL): Promise<Section> => {
  const cells: { readonly shaped: string; readonly connections: number; readonly cell: Cell }[] = [];
  const { rounds, turnMs: ms } = effort;
  for (const { stream } of SHAPES)
    await turnsOf(ways, { connections: Math.max(...effort.connections), ms, stream }, WARM_UP_TURNS);
  for (const { stream, shaped } of SHAPES)
    for (const connections of effort.connections)
      cells.push({ shaped, connections, cell: await turnsOf(ways, { connections, ms, stream }, rounds) });
  return {
    title: 'The gateway, against its floor',
    columns: [
      'way, answer, connections',
      ...['requests a second', 'of bare', 'of floor', 'p50, ms', 'p99, ms'],
      ...['CPU a request, ms', 'beyond the floor', 'first byte after the upstream’s, ms'],
    ],
    rows: cells.flatMap(({ shaped, connections, cell }) => rowsOf(shaped, connections, cell)),
    meaning:
      '`POST /v1/messages` of a tenant with a budget and a rate limit, before an upstream that answers at once. *Bare* is ' +
      'a `node:http` server that passes on and guards nothing. The *floor* is a loop without any server: the four writes ' +
      'of a guarded call (reservation beside permit, record, settlement) by the SDK’s DynamoDB client, and the same call ' +
      'by the same Anthropic client, its bytes read and dropped. Nothing of money is kept back in ' +
      'memory to be written later, by either. Each is a process of its own, and so are the upstream and the embedded engine in memory; the ' +
      `client is the bench. Medians of ${rounds} turns of ${ms} ms, all ways by turns; CPU is that of the way’s own ` +
      'process, all its threads. The delay runs from the instant that the upstream writes into its answer to the ' +
      `client’s first byte of the body, median. Aimed at: ${SHARE_AIM} of the floor, ${CPU_AIM_MS} ms of CPU beyond it, ` +
      `${DELAY_AIM_MS} ms of delay where a request has the process to itself. Limit: the aims.`,
    breaches: cells.flatMap(({ shaped, connections, cell: { floor, ballast } }) => {
      const where = `Ballast, ${shaped}, ${connections}`;
      return [
        ...atMost(
          `The floor's requests a second, of those of ${where},`,
          floor.perSecond / ballast.perSecond,
          TIMES_AIM,
        ),
        ...atMost(`CPU beyond the floor of ${where}, in ms,`, ballast.cpuMs - floor.cpuMs, CPU_AIM_MS),
        // With more connections a first byte waits for its turn in a process that is busy, as at every server.
        ...(shaped === 'SSE' && connections === 1
          ? atMost(`The delay of the first byte of ${where}, in ms,`, ballast.delayMs, DELAY_AIM_MS)
          : []),
      ];
    }),
  };
};
