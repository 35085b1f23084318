import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../local/engine.ts';
import { startBare } from './gateway-bare.ts';
import { type Asked, driveServer, limitedTenant } from './gateway-client.ts';
import { startFloor } from './gateway-floor.ts';
import { cpuMsOf, type Driven, type Load, percentile } from './gateway-load.ts';
import { startGatewayUpstream } from './gateway-upstream.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';

/** A way from a client to the model, in a process of its own. */
export interface Way {
  readonly pid: number;
  drive(load: Load): Promise<Driven>;
}

export type WayName = 'bare' | 'floor' | 'ballast';

/** All of them, running, before the same upstream; the two that write share one database. */
export interface Ways extends AsyncDisposable {
  readonly ways: Readonly<Record<WayName, Way>>;
  readonly server: LocalServer;
  /** As a tenant with a budget and a rate limit. */
  readonly asked: Asked;
}

/** Starts everything. `folder` is for the server; `endpoint` may name another database, as one that counts. */
export const startWays = async (folder: string, between = async (endpoint: string) => endpoint): Promise<Ways> => {
  await using started = new AsyncDisposableStack();
  const engine = await startEngine({ dbPath: null });
  started.defer(() => engine.stop());
  const endpoint = await between(engine.endpoint);
  const upstream = started.use(await startGatewayUpstream());
  const own = join(folder, 'gateway');
  mkdirSync(own);
  const env = { AWS_ENDPOINT_URL_DYNAMODB: endpoint, ANTHROPIC_BASE_URL: upstream.url };
  const server = await startLocalServer({ folder: own, env });
  started.defer(() => server.stop());
  const bare = started.use(await startBare(upstream.url));
  const floor = started.use(await startFloor(endpoint, upstream.url));
  const asked = { url: server.url, apiKey: await limitedTenant(server.url, 'bench-gateway') };
  const running = started.move();
  return {
    ways: {
      bare: { pid: bare.pid, drive: (load) => driveServer({ url: bare.url, apiKey: 'not-a-key' }, load) },
      floor: { pid: floor.pid, drive: (load) => floor.ask(load) },
      ballast: { pid: server.pid, drive: (load) => driveServer(asked, load) },
    },
    server,
    asked,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

/** What one turn of one way came to. */
export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the way's own process, a request. */
  readonly cpuMs: number;
  /** Median of what an answer's first byte needed from the upstream to the client. */
  readonly delayMs: number;
}

export const measureTurn = async (way: Way, load: Load): Promise<Figures> => {
  const before = cpuMsOf(way.pid);
  const { timings, elapsedMs } = await way.drive(load);
  const cpuMs = (cpuMsOf(way.pid) - before) / timings.length;
  const totals = timings.map(({ totalMs }) => totalMs);
  const delayMs = percentile(
    timings.map((timing) => timing.delayMs),
    0.5,
  );
  return {
    perSecond: (timings.length * 1_000) / elapsedMs,
    p50Ms: percentile(totals, 0.5),
    p99Ms: percentile(totals, 0.99),
    cpuMs,
    delayMs,
  };
};
