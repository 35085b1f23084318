import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../local/engine.ts';
import { type Asked, driveServer, limitedTenant } from './gateway-client.ts';
import { cpuMsOf, type Load, percentile } from './gateway-load.ts';
import { startGatewayUpstream } from './gateway-upstream.ts';
import { startLocalServer } from './local-server.ts';
import { median } from './median.ts';
import { startPortkey } from './portkey.ts';
import type { Section } from './section.ts';
import { countWrites } from './writes-a-call.ts';

/** Turns of each cell, and how long one lasts; less for a test that only wants to see it work. */
export interface BesideEffort {
  readonly rounds: number;
  readonly turnMs: number;
  readonly connections: readonly number[];
  /** How long the upstream takes. */
  readonly upstreamMs: readonly number[];
}

const FULL: BesideEffort = { rounds: 3, turnMs: 800, connections: [1, 10, 50, 200], upstreamMs: [0, 60] };

const SHAPES = [
  { stream: false, shaped: 'JSON' },
  { stream: true, shaped: 'SSE' },
];

type Name = 'upstream' | 'portkey' | 'ballast';
const NAMES = { portkey: 'Portkey', ballast: 'Ballast' } as const;

interface Way {
  readonly asked: Asked;
  /** Processes that belong to it. */
  readonly pids: readonly number[];
}

type Ways = Readonly<Record<Name, Way>>;

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
}

/** Core of whatever is measured, and of the client and the upstream. */
const [MEASURED, OTHERS] = ['0', '1'];

/** Whether processes could be bound to a core; where there is no `taskset`, the machine shares them out. */
const pin = (core: string, pids: readonly number[]): boolean =>
  pids.every((pid) => spawnSync('taskset', ['-a', '-c', '-p', core, String(pid)], { stdio: 'ignore' }).status === 0);

const megabytesOf = ({ pids }: Way): number =>
  pids.reduce(
    (sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024,
    0,
  );

const turnOf = async ({ asked, pids }: Way, load: Load): Promise<Figures> => {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = cpu();
  const { timings, elapsedMs } = await driveServer(asked, load);
  const totals = timings.map(({ totalMs }) => totalMs);
  return {
    perSecond: (timings.length * 1_000) / elapsedMs,
    p50Ms: percentile(totals, 0.5),
    p99Ms: percentile(totals, 0.99),
    cpuMs: (cpu() - before) / timings.length,
  };
};

type Cell = Readonly<Record<Name, Figures>>;

const cellOf = async (ways: Ways, load: Load, rounds: number): Promise<Cell> => {
  const turns: Record<Name, Figures[]> = { upstream: [], portkey: [], ballast: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const name of ['upstream', 'portkey', 'ballast'] as const) turns[name].push(await turnOf(ways[name], load));
  const middle = (name: Name): Figures => {
    const of = (figure: keyof Figures) => median(turns[name].map((turn) => turn[figure]));
    return { perSecond: of('perSecond'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), cpuMs: of('cpuMs') };
  };
  return { upstream: middle('upstream'), portkey: middle('portkey'), ballast: middle('ballast') };
};

interface Measured {
  readonly shaped: string;
  readonly upstreamMs: number;
  readonly connections: number;
  readonly cell: Cell;
}

const rowsOf = ({ shaped, upstreamMs, connections, cell }: Measured, writes: ReadonlyMap<number, number>): string[][] =>
  (Object.keys(NAMES) as (keyof typeof NAMES)[]).map((name) => {
    const { perSecond, p50Ms, p99Ms, cpuMs } = cell[name];
    return [
      `${NAMES[name]}, ${shaped}, ${upstreamMs} ms, ${connections}`,
      perSecond.toFixed(0),
      (perSecond / cell.portkey.perSecond).toFixed(2),
      (p50Ms - cell.upstream.p50Ms).toFixed(1),
      (p99Ms - cell.upstream.p99Ms).toFixed(1),
      cpuMs.toFixed(2),
      name === 'ballast' ? (writes.get(connections)?.toFixed(2) ?? '') : '0',
    ];
  });

/** What is aimed at; each sentence says by how much it is missed. */
const missed = (all: readonly Measured[]): string[] =>
  all.flatMap(({ shaped, upstreamMs, connections, cell: { portkey, ballast, upstream } }) => {
    const share = ballast.perSecond / portkey.perSecond;
    const where = `${shaped}, ${connections} connections, ${upstreamMs} ms`;
    const isMissed = (least: number) =>
      share < least ? [`${where}: ${share.toFixed(2)} of Portkey's requests a second; aimed at ${least}.`] : [];
    if (shaped === 'JSON' && connections === 50 && upstreamMs === 0) return isMissed(1);
    if (shaped === 'SSE' && connections === 10 && upstreamMs === 0) return isMissed(2);
    if (shaped !== 'JSON' || connections !== 10 || upstreamMs !== 60) return [];
    const [ours, theirs] = [ballast.p50Ms - upstream.p50Ms, portkey.p50Ms - upstream.p50Ms];
    return ours <= theirs
      ? []
      : [`${where}: an added median of ${ours.toFixed(1)} ms; aimed at Portkey's ${theirs.toFixed(1)} ms.`];
  });

/** Both gateways before one upstream, each with all that belongs to it on one core, by turns. */
export const besidePortkey = async (folder: string, effort: BesideEffort = FULL): Promise<Section> => {
  const { rounds, turnMs: ms, connections, upstreamMs } = effort;
  const measured: Measured[] = [];
  const memory: string[] = [];
  let isPinned = true;
  for (const delayMs of upstreamMs) {
    await using started = new AsyncDisposableStack();
    const own = join(folder, `upstream-${delayMs}`);
    mkdirSync(own);
    const upstream = started.use(await startGatewayUpstream(delayMs));
    const engine = await startEngine({ dbPath: join(own, 'bench.db') });
    started.defer(() => engine.stop());
    const env = { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, ANTHROPIC_BASE_URL: upstream.url, LOG_LEVEL: 'INFO' };
    const server = await startLocalServer({ folder: own, env });
    started.defer(() => server.stop());
    const portkey = started.use(await startPortkey(upstream.url));
    const ways: Ways = {
      upstream: { asked: { url: upstream.url, apiKey: 'not-a-key' }, pids: [upstream.pid] },
      portkey: { asked: portkey.asked, pids: [portkey.pid] },
      ballast: {
        asked: { url: server.url, apiKey: await limitedTenant(server.url, 'beside') },
        pids: [server.pid, engine.pid],
      },
    };
    isPinned &&= pin(MEASURED, [portkey.pid, server.pid, engine.pid]) && pin(OTHERS, [upstream.pid, process.pid]);
    started.defer(() => void pin('0-1', [process.pid]));
    for (const { stream } of SHAPES) await cellOf(ways, { connections: Math.max(...connections), ms, stream }, 2);
    for (const { stream, shaped } of SHAPES)
      for (const many of connections) {
        const cell = await cellOf(ways, { connections: many, ms, stream }, rounds);
        measured.push({ shaped, upstreamMs: delayMs, connections: many, cell });
      }
    memory.push(
      `${delayMs} ms: Portkey ${megabytesOf(ways.portkey).toFixed(0)} MB, Ballast with its store ${megabytesOf(ways.ballast).toFixed(0)} MB`,
    );
  }
  const writes = await countWrites(join(folder, 'counted'), connections);
  return {
    title: 'The gateway, beside Portkey',
    columns: [
      'gateway, answer, upstream, connections',
      ...['requests a second', 'of Portkey', 'added median, ms', 'added p99, ms', 'CPU a call, ms', 'writes a call'],
    ],
    rows: measured.flatMap((each) => rowsOf(each, writes)),
    meaning:
      '`POST /v1/messages` through `@portkey-ai/gateway` 1.15.2, which keeps no books, and through `npm start` for a tenant ' +
      'with a budget and a rate limit, its books on disk in the embedded engine. One upstream answers both, at once or ' +
      `after 60 ms. ${isPinned ? 'The gateway that is asked, with its store, has one core, and the client and the upstream have another' : 'No process is bound to a core, because there is no `taskset`'}. ` +
      `Medians of ${rounds} turns of ${ms} ms, by turns; *added* is what a call takes longer than at the upstream itself; CPU ` +
      "is of the gateway's processes, the store's included; *writes* are requests to DynamoDB that write, counted apart. " +
      `Memory at the end: ${memory.join('; ')}. Killed at any moment, Ballast has each call that it answered on its books ` +
      '(`test/budget/sigkill.test.ts`), and Portkey has none. Aims: as many requests a second as Portkey at 50 connections, ' +
      'no more added median at 10 and 60 ms, twice as many as events at 10.',
    breaches: missed(measured),
  };
};
