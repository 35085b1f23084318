import { type Entry, type NameOf, type Round, startCountingProxy } from './counting-proxy.ts';
import { runOnce, type RunOnceOptions } from './drive.ts';
import { startFastUpstream } from './fast-upstream.ts';
import { startLocalServer } from './local-server.ts';
import type { Section } from './section.ts';

/** Without a new operation for so long, a round is complete; well below the 500 ms after which a circuit is given up. */
const QUIET_MS = 250;

/** The DynamoDB operations of one run with one model call, by rounds: operations of one wait for those of the round before. */
export interface OperationsOfRun {
  readonly beforeModelCall: readonly Round[];
  /** From the model call on. */
  readonly beforeAnswer: readonly Round[];
}

const between = (journal: readonly Entry[], from: string, to: string): Round[] => {
  const place = (wanted: string) => journal.findIndex((entry) => 'mark' in entry && entry.mark === wanted);
  const entries = journal.slice(place(from), place(to));
  return entries.flatMap((entry) => ('round' in entry ? [entry.round.toSorted()] : []));
};

export interface CountOptions {
  /** Where the tables are. */
  readonly endpoint: string;
  /** For the server's data. */
  readonly folder: string;
  /** Sent with the run that is counted. */
  readonly idempotencyKey?: string;
  /** Sets up who runs, by the server's own API; by default the development tenant does. */
  readonly runAs?: (url: string) => Promise<Pick<RunOnceOptions, 'apiKey' | 'userId'>>;
  /** Operations after which a round is complete without waiting for more; by default those of a run without limits. */
  readonly together?: number;
  readonly nameOf?: NameOf;
}

/** Counts them in a warm server: its first run, which finds key and secret, is not counted. */
export const countOperations = async (options: CountOptions): Promise<OperationsOfRun> => {
  const { endpoint, folder, idempotencyKey, runAs, nameOf } = options;
  await using started = new AsyncDisposableStack();
  const proxy = await startCountingProxy(endpoint, nameOf);
  started.defer(() => proxy.close());
  const upstream = await startFastUpstream(() => proxy.mark('asked'));
  started.defer(() => upstream.close());
  const env = { AWS_ENDPOINT_URL_DYNAMODB: proxy.url, ANTHROPIC_BASE_URL: upstream.url };
  const server = await startLocalServer({ folder, env });
  started.defer(() => server.stop());

  const caller = (await runAs?.(server.url)) ?? {};
  await runOnce(server.url, caller);
  const { together = idempotencyKey === undefined ? 2 : 3 } = options;
  const journal = proxy.watch(together, QUIET_MS);
  proxy.mark('request');
  await runOnce(server.url, { ...caller, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
  proxy.mark('response');
  return {
    beforeModelCall: between(journal, 'request', 'asked'),
    beforeAnswer: between(journal, 'asked', 'response'),
  };
};

const row = (when: string, rounds: readonly Round[]): string[] => [
  [when, ...(rounds.length === 0 ? [] : [rounds.map((round) => round.join(' + ')).join(', then ')])].join(': '),
  String(rounds.length),
  String(rounds.flat().length),
];

/** The count as a part of the report. */
export const operations = async (endpoint: string, folder: string): Promise<Section> => {
  const plain = await countOperations({ endpoint, folder });
  const keyed = await countOperations({ endpoint, folder, idempotencyKey: 'bench' });
  return {
    title: 'DynamoDB operations of a run',
    columns: ['when', 'round trips, one after the other', 'operations'],
    rows: [
      row('before the model call', plain.beforeModelCall),
      row('after it, before the answer', plain.beforeAnswer),
      row('with an idempotency key, before the model call', keyed.beforeModelCall),
      row('with an idempotency key, after it', keyed.beforeAnswer),
    ],
    meaning:
      'One run with one model call in a warm server, counted between it and its DynamoDB. Operations that are under way ' +
      'together are one round trip. The circuit is read at most once a second. A test holds these counts.',
    breaches: [],
  };
};
