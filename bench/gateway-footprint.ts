import { askOnce, driveServer } from './gateway-client.ts';
import { isLook, roundsOf, startGatewayProxy } from './gateway-operations.ts';
import { startWays, type Ways } from './gateway-ways.ts';
import { atMost, type Section } from './section.ts';

/** Requests between two looks at the memory, half of them as JSON and half as events. */
const REQUESTS = 2_000;
const CONNECTIONS = 10;
/** What is held afterwards at most, of what was held before. */
const RATIO_LIMIT = 1.1;
/** A machine that needs longer shows nothing here. */
const MAX_MS = 60_000;

type Rounds = readonly (readonly string[])[];

export interface GatewayOperations {
  readonly json: Rounds;
  readonly events: Rounds;
  readonly floor: Rounds;
}

/** The ways to a model, with a database that counts between. */
export const startCountedWays = async (folder: string) => {
  await using started = new AsyncDisposableStack();
  const { promise: counting, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof startGatewayProxy>>>();
  const ways = started.use(
    await startWays(folder, async (endpoint) => {
      const proxy = await startGatewayProxy(endpoint);
      started.defer(() => proxy.close());
      resolve(proxy);
      return proxy.url;
    }),
  );
  const proxy = await counting;
  const running = started.move();
  return { ...ways, proxy, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

/** Counts what one call of a warm server asks of DynamoDB, and one turn of the loop that is its floor. */
export const countGatewayOperations = async ({
  asked,
  ways,
  proxy,
}: Awaited<ReturnType<typeof startCountedWays>>): Promise<GatewayOperations> => {
  await askOnce(asked, false);
  const guarded = async (stream: boolean) =>
    (await roundsOf(proxy, () => askOnce(asked, stream))).filter((round) => !isLook(round));
  return {
    json: await guarded(false),
    events: await guarded(true),
    floor: await roundsOf(proxy, () => ways.floor.drive({ connections: 1, ms: 1, stream: true })),
  };
};

/** The count as a part of the report. */
export const gatewayOperations = async (folder: string): Promise<Section> => {
  await using ways = await startCountedWays(folder);
  const { json, events, floor } = await countGatewayOperations(ways);
  const row = (name: string, rounds: Rounds) => [
    `${name}: ${rounds.map((round) => round.join(' + ')).join(', then ')}`,
    String(rounds.length),
    String(rounds.flat().length),
  ];
  return {
    title: 'DynamoDB operations of a call of the gateway',
    columns: ['', 'round trips, one after the other', 'operations'],
    rows: [row('answered as JSON', json), row('answered as events', events), row('floor', floor)],
    meaning:
      'One call of a tenant with a budget and a rate limit, in a warm server. The circuit and the keys that rest are read ' +
      'about once a second by all calls together, and left out. A test holds that the floor does the same.',
    breaches: [],
  };
};

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** Measures what a server that has answered many still holds after many more. */
export const gatewayMemory = async ({ server, asked }: Ways): Promise<Section> => {
  const before = await server.memory();
  for (const stream of [false, true]) {
    const load = { connections: CONNECTIONS, ms: MAX_MS, stream };
    const { timings } = await driveServer(asked, load, REQUESTS / 2);
    if (timings.length < REQUESTS / 2) throw new Error(`Only ${timings.length} messages were had in ${MAX_MS} ms.`);
  }
  const after = await server.memory();
  const ratio = (kind: 'rss' | 'heapUsed') => after[kind] / before[kind];
  const row = (name: string, kind: 'rss' | 'heapUsed') => [
    name,
    megabytes(before[kind]),
    megabytes(after[kind]),
    ratio(kind).toFixed(3),
  ];
  return {
    title: 'Memory of the gateway',
    columns: ['', 'before, MB', `${REQUESTS} requests later, MB`, 'ratio'],
    rows: [row('resident', 'rss'), row('used heap', 'heapUsed')],
    meaning:
      `The server of the table above, after all of its turns and again ${REQUESTS} requests later, half JSON and half ` +
      `events, over ${CONNECTIONS} connections; after a forced collection. Limit: ${RATIO_LIMIT}.`,
    breaches: [
      ...atMost('The ratio of resident memory of the gateway', ratio('rss'), RATIO_LIMIT),
      ...atMost('The ratio of the used heap of the gateway', ratio('heapUsed'), RATIO_LIMIT),
    ],
  };
};
