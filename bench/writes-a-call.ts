import { mkdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { startEngine } from '../local/engine.ts';
import { listen } from '../local/simulated-claude/listen.ts';
import { driveServer, limitedTenant } from './gateway-client.ts';
import { startGatewayUpstream } from './gateway-upstream.ts';
import { startLocalServer } from './local-server.ts';

/** Calls of each connection: the first few find nothing to go out with. */
const CALLS_EACH = 20;
const READS = new Set(['GetItem', 'Query']);

/** Passes requests on to a database, and counts those that write. */
const startCounter = async (behind: string) => {
  const agent = new Agent({ keepAlive: true });
  let writes = 0;
  const server = await listen(
    0,
    ({ method, path, headers, raw, response }) =>
      new Promise<void>((resolve, reject) => {
        const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
        if (!READS.has(operation)) writes += 1;
        const passed = request(behind + path, { method, headers, agent }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response).once('finish', resolve);
        });
        passed.once('error', reject).end(raw);
      }),
  );
  return {
    url: server.url,
    writes: () => writes,
    async close() {
      agent.destroy();
      await server.close();
    },
  };
};

/** Requests to DynamoDB that write, for each call of one tenant's, by the number of connections. */
export const countWrites = async (
  folder: string,
  connections: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  await using started = new AsyncDisposableStack();
  mkdirSync(folder);
  const engine = await startEngine({ dbPath: null });
  started.defer(() => engine.stop());
  const counter = await startCounter(engine.endpoint);
  started.defer(() => counter.close());
  const upstream = started.use(await startGatewayUpstream());
  const env = { AWS_ENDPOINT_URL_DYNAMODB: counter.url, ANTHROPIC_BASE_URL: upstream.url };
  const server = await startLocalServer({ folder, env });
  started.defer(() => server.stop());
  const asked = { url: server.url, apiKey: await limitedTenant(server.url, 'counted') };
  const all = new Map<number, number>();
  for (const many of connections) {
    const before = counter.writes();
    const load = { connections: many, ms: Number.POSITIVE_INFINITY, stream: false };
    const { timings } = await driveServer(asked, load, many * CALLS_EACH);
    all.set(many, (counter.writes() - before) / timings.length);
  }
  return all;
};
