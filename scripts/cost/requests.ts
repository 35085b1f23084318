import { type Kind, METRICS_IN_USE, OF_REQUESTS } from './counted.ts';
import type { CostLine } from './idle-month.ts';
import { BYTES_IN_GB, PRICES } from './prices.ts';
import type { StageParts } from './read-template.ts';

/** Which functions work on it, and how many requests of the API it is. */
const WORKERS: Readonly<Record<Kind, { readonly longest: string; readonly short: readonly string[] }>> = {
  runs: { longest: 'run-agent', short: [] },
  'gateway calls': { longest: 'messages', short: [] },
  // The submission, the notification that it has ended, and one look at the result.
  'asynchronous runs': { longest: 'execute-run', short: ['submit-run', 'deliver-webhooks', 'get-run'] },
};

/** A call that only writes or reads a few items. */
const SHORT_MS = 100;

const API_REQUESTS: Readonly<Record<Kind, number>> = { runs: 1, 'gateway calls': 1, 'asynchronous runs': 2 };

/** What so many pieces of work cost beside the model itself, of which each takes `durationMs`. */
export const costOfRequests = (
  { memoryOf }: StageParts,
  kind: Kind,
  { requests, durationMs }: { readonly requests: number; readonly durationMs: number },
): CostLine[] => {
  const { writeUnits, reads, durable, logBytes } = OF_REQUESTS[kind];
  const { longest, short } = WORKERS[kind];
  const gbSeconds = (name: string, ms: number) => ((memoryOf.get(name) ?? 0) / 1_024) * (ms / 1_000) * requests;
  const seconds = gbSeconds(longest, durationMs) + short.reduce((sum, name) => sum + gbSeconds(name, SHORT_MS), 0);
  const calls = requests * (1 + short.length);
  const bytes = requests * logBytes;
  return [
    {
      what: 'Lambda',
      dollars: seconds * PRICES.lambdaGbSecond + calls * PRICES.lambdaRequest,
      how: `${Math.round(seconds)} GB-s, ${calls} calls`,
    },
    {
      what: 'API Gateway',
      dollars: requests * API_REQUESTS[kind] * PRICES.apiRequest,
      how: `${requests * API_REQUESTS[kind]} requests`,
    },
    {
      what: 'DynamoDB',
      dollars: requests * (writeUnits * PRICES.dynamodbWrite + reads * PRICES.dynamodbRead),
      how: `${writeUnits} write units and ${reads} reads each`,
    },
    ...(durable === 0
      ? []
      : [
          {
            what: 'Durable functions',
            dollars: requests * durable * PRICES.durableOperation,
            how: `${durable} operations each`,
          },
        ]),
    { what: 'Logs', dollars: (bytes / BYTES_IN_GB) * PRICES.logGb, how: `${logBytes} bytes each` },
    {
      what: 'Metrics',
      dollars: METRICS_IN_USE * PRICES.metricMonth,
      how: `${METRICS_IN_USE} of a month, however many requests`,
    },
  ];
};
