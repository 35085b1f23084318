import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '../local/engine.ts';
import { type Effort, middleOf } from './gateway.ts';
import { driveServer, limitedTenant } from './gateway-client.ts';
import { startGatewayUpstream } from './gateway-upstream.ts';
import { type Figures, measureTurn, type Way } from './gateway-ways.ts';
import { startLocalServer } from './local-server.ts';
import type { Section } from './section.ts';

const FULL: Effort = { rounds: 5, turnMs: 1_000, connections: [1, 10, 50] };

/** From these on the signed client stays: times its CPU at the most connections, and milliseconds of a lone call. */
const CPU_TIMES = 1.3;
const ADDED_MS = 3;

/** Credentials by a profile, which only the SDK looks up. */
export const bySdk = (folder: string): Readonly<Record<string, string>> => {
  const file = join(folder, 'credentials');
  writeFileSync(file, '[bench]\naws_access_key_id = local\naws_secret_access_key = local\n');
  return { AWS_PROFILE: 'bench', AWS_SHARED_CREDENTIALS_FILE: file };
};

type Name = 'signed' | 'sdk';
const NAMES: Readonly<Record<Name, string>> = { signed: 'our signed client', sdk: 'the SDK’s client' };

/** Whole calls of the gateway by either client of DynamoDB, by turns, on one engine on disk. */
export const clientChoice = async (folder: string, effort: Effort = FULL): Promise<Section> => {
  const { rounds, turnMs, connections } = effort;
  await using started = new AsyncDisposableStack();
  const engine = await startEngine({ dbPath: join(folder, 'bench.db') });
  started.defer(() => engine.stop());
  const upstream = started.use(await startGatewayUpstream());
  const start = async (name: Name): Promise<Way> => {
    const own = join(folder, name);
    mkdirSync(own);
    const env = { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, ANTHROPIC_BASE_URL: upstream.url, LOG_LEVEL: 'INFO' };
    const server = await startLocalServer({ folder: own, env: name === 'sdk' ? { ...env, ...bySdk(own) } : env });
    started.defer(() => server.stop());
    const asked = { url: server.url, apiKey: await limitedTenant(server.url, `by-${name}`) };
    return { pid: server.pid, drive: (load) => driveServer(asked, load) };
  };
  const ways: Readonly<Record<Name, Way>> = { signed: await start('signed'), sdk: await start('sdk') };
  const cells: { readonly many: number; readonly cell: Readonly<Record<Name, Figures>> }[] = [];
  for (const many of [Math.max(...connections), ...connections]) {
    const turns: Record<Name, Figures[]> = { signed: [], sdk: [] };
    const load = { connections: many, ms: turnMs, stream: false };
    for (let round = 0; round < rounds; round += 1)
      for (const name of ['signed', 'sdk'] as const) turns[name].push(await measureTurn(ways[name], load));
    cells.push({ many, cell: { signed: middleOf(turns.signed), sdk: middleOf(turns.sdk) } });
  }
  // The first is to warm up.
  const counted = cells.slice(1);
  const [first, last] = [counted[0], counted.at(-1)];
  const times = (last?.cell.sdk.cpuMs ?? 0) / (last?.cell.signed.cpuMs ?? 1);
  const added = (first?.cell.sdk.p50Ms ?? 0) - (first?.cell.signed.p50Ms ?? 0);
  return {
    title: 'Whole calls by either client of DynamoDB',
    columns: [
      'client, connections',
      'requests a second',
      'median, ms',
      'p99, ms',
      'CPU a call, ms',
      'of the signed one’s',
    ],
    rows: counted.flatMap(({ many, cell }) =>
      (Object.keys(NAMES) as Name[]).map((name) => [
        `${NAMES[name]}, ${many}`,
        cell[name].perSecond.toFixed(0),
        cell[name].p50Ms.toFixed(1),
        cell[name].p99Ms.toFixed(1),
        cell[name].cpuMs.toFixed(2),
        (cell[name].cpuMs / cell.signed.cpuMs).toFixed(2),
      ]),
    ),
    meaning:
      '`POST /v1/messages` of a tenant with a budget and a rate limit through two servers on one engine on disk, which differ ' +
      `in the client of DynamoDB alone ([ADR 0017](adr/0017-lean-dynamodb-client.md)). Medians of ${rounds} turns of ${turnMs} ms, by turns. ` +
      `The SDK’s takes ${times.toFixed(2)} times the CPU at ${last?.many} connections and adds ${added.toFixed(1)} ms to the median at ${first?.many}; ` +
      `below ${CPU_TIMES} times and ${ADDED_MS} ms the signed client has no reason to stay but the bytes that the SDK’s adds to a start.`,
    breaches: [],
  };
};
