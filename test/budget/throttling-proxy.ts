import { createPassOn } from '../../bench/pass-on.ts';
import { listen } from '../../local/simulated-claude/listen.ts';

export interface ThrottlingProxy {
  readonly url: string;
  /** How many requests were refused, so far. */
  throttled(): number;
  close(): Promise<void>;
}

interface Sent {
  readonly Key?: { readonly pk?: { readonly S?: string } };
  readonly Item?: { readonly pk?: { readonly S?: string } };
}

interface Told {
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

const WRITES = /\.(?:UpdateItem|PutItem|DeleteItem)$/;

const REFUSED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

/**
 * Stands before an engine and throttles the writes to each partition: a bucket of a second's units, from which the units are
 * taken that the engine says a write has consumed, or the last that it said where a condition was refused. Like DynamoDB it
 * lets the write through that empties the bucket, and refuses what follows.
 */
export const startThrottlingProxy = async (endpoint: string, unitsPerSecond: number): Promise<ThrottlingProxy> => {
  const upstream = createPassOn(endpoint);
  const buckets = new Map<string, { at: number; left: number; lastUnits: number }>();
  let throttled = 0;

  const bucketOf = (partition: string) => {
    const now = performance.now();
    const bucket = buckets.get(partition) ?? { at: now, left: unitsPerSecond, lastUnits: 1 };
    bucket.left = Math.min(unitsPerSecond, bucket.left + ((now - bucket.at) / 1_000) * unitsPerSecond);
    bucket.at = now;
    buckets.set(partition, bucket);
    return bucket;
  };

  const server = await listen(0, async (exchange) => {
    const { raw, headers, response } = exchange;
    const isWrite = WRITES.test(String(headers['x-amz-target']));
    const sent = JSON.parse(raw.toString()) as Sent;
    const bucket = isWrite ? bucketOf((sent.Key ?? sent.Item)?.pk?.S ?? '') : null;
    if (bucket !== null && bucket.left <= 0) {
      throttled += 1;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(REFUSED);
      return;
    }
    const asked = isWrite ? Buffer.from(JSON.stringify({ ...sent, ReturnConsumedCapacity: 'TOTAL' })) : raw;
    const { status, headers: head, body } = await upstream.send(exchange, asked);
    if (bucket !== null) {
      const { ConsumedCapacity } = JSON.parse(body.toString()) as Told;
      bucket.lastUnits = ConsumedCapacity?.CapacityUnits ?? bucket.lastUnits;
      bucket.left -= bucket.lastUnits;
    }
    response.writeHead(status, head).end(body);
  });
  return {
    url: server.url,
    throttled: () => throttled,
    async close() {
      upstream.close();
      await server.close();
    },
  };
};
