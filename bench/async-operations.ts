import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Stage, startStage, until } from './async-stage.ts';
import { byPartition, type NameOf, startCountingProxy } from './counting-proxy.ts';
import { isLook } from './gateway-operations.ts';
import type { Section } from './section.ts';

interface Keys {
  readonly pk?: { readonly S?: string };
  readonly sk?: { readonly S?: string };
}

interface Asked {
  readonly ConsistentRead?: boolean;
  readonly Key?: Keys;
  readonly Item?: Keys;
  readonly ExpressionAttributeValues?: { readonly ':sk'?: { readonly S?: string } };
}

/** By the kind of the item, where a run's own partition holds several. Of its events a worker reads the end, and strongly. */
const byItem: NameOf = (operation, sent) => {
  if (!sent.TableName?.endsWith('-runs')) return byPartition(operation, sent);
  const { Key, Item, ConsistentRead, ExpressionAttributeValues: values } = sent as Asked;
  const { pk, sk } = Key ?? Item ?? {};
  if (pk?.S?.startsWith('erase#')) return `${operation} erase`;
  const kind = (sk ?? values?.[':sk'])?.S?.split('#')[0];
  if (kind === undefined) return `${operation} ${ConsistentRead === true ? 'events’ end' : 'events'}`;
  return `${operation} ${kind.includes('/') ? 'active' : kind === 'e' ? 'events' : kind}`;
};

/** What whoever looks at a run reads of it, and no worker does. */
const isOfWatcher = (operation: string): boolean => ['GetItem run', 'Query events'].includes(operation);

export interface AsyncCount {
  /** In the order in which they were asked for. */
  readonly operations: readonly string[];
  readonly ofWatcher: number;
  readonly checkpoints: number;
}

/** The journal of an execution that has ended; not the part of one that is just being written. */
const journalOf = ({ executions }: Stage, runId: string): string | undefined => {
  const folder = join(executions, 'ended', 'execute-run');
  const file =
    existsSync(folder) && readdirSync(folder).find((name) => name.startsWith(runId) && !name.endsWith('.part'));
  return file ? readFileSync(join(folder, file), 'utf8') : undefined;
};

export interface CountAsyncOptions {
  readonly endpoint: string;
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Counts, in a warm server, what runs ask for whose model calls so many tools in each turn but the last. */
export const countAsync = async (
  { endpoint, folder, env = {} }: CountAsyncOptions,
  runs: readonly { readonly tools: readonly number[]; readonly watchers?: number }[],
): Promise<AsyncCount[]> => {
  await using proxy = Object.assign(await startCountingProxy(endpoint, byItem), {
    [Symbol.asyncDispose]: () => proxy.close(),
  });
  await using stage = await startStage(folder, { AWS_ENDPOINT_URL_DYNAMODB: proxy.url, ...env });
  const counts: AsyncCount[] = [];
  for (const { tools, watchers = 0 } of [{ tools: [1] }, ...runs]) {
    // The first call waits for it: each watcher has looked when the run was under way.
    const watched = Promise.withResolvers<unknown>();
    stage.play('count', async (turn) => {
      await watched.promise;
      const called = tools[turn - 1];
      if (called === undefined) return { pieces: ['Done.'] };
      return { calls: Array.from({ length: called }, () => ['current_time', {}] as const) };
    });
    const journal = proxy.watch(1, 0);
    const { runId } = await stage.ask('POST', '/agent/runs', { task: 'count' });
    const watching = Array.from({ length: watchers }, () => {
      const looked = Promise.withResolvers<void>();
      const ended = stage.watch(String(runId), (event) => event === 'run.started' && looked.resolve());
      return { looked: looked.promise, ended };
    });
    watched.resolve(Promise.all(watching.map(({ looked }) => looked)));
    await Promise.all(watching.map(({ ended }) => ended));
    await until(() => journalOf(stage, String(runId)) !== undefined);
    const all = journal.flatMap((entry) => ('round' in entry ? entry.round : [])).filter((each) => !isLook([each]));
    counts.push({
      operations: all.filter((each) => !isOfWatcher(each)),
      ofWatcher: all.filter(isOfWatcher).length,
      checkpoints: journalOf(stage, String(runId))?.match(/"kind":"changed"/g)?.length ?? NaN,
    });
  }
  return counts.slice(1);
};

const WATCHERS = 10;

const tally = (names: readonly string[]): string =>
  [...new Set(names)]
    .map((name) => ({ name, times: names.filter((each) => each === name).length }))
    .map(({ name, times }) => (times === 1 ? name : `${times} ${name}`))
    .join(' + ');

/** What the greater count has beyond the other. */
export const beyond = (more: AsyncCount, less: AsyncCount): AsyncCount => {
  const rest = [...less.operations];
  const isMore = (name: string) => !rest.includes(name) || (rest.splice(rest.indexOf(name), 1), false);
  return {
    operations: more.operations.filter(isMore),
    ofWatcher: more.ofWatcher - less.ofWatcher,
    checkpoints: more.checkpoints - less.checkpoints,
  };
};

const isRead = (name: string): boolean => /^(?:GetItem|Query)/.test(name);

const row = (what: string, { operations, checkpoints, ofWatcher }: AsyncCount, tells: boolean): string[] => [
  tells ? `${what}: ${tally(operations)}` : what,
  String(operations.filter((name) => !isRead(name)).length),
  String(operations.filter(isRead).length),
  String(checkpoints),
  String(ofWatcher),
];

/** The count as a part of the report. */
export const asyncOperations = async (endpoint: string, folder: string): Promise<Section> => {
  const runs = [{ tools: [] }, { tools: [1] }, { tools: [1, 1] }, { tools: [2] }, { tools: [1], watchers: WATCHERS }];
  const [none, one, two, both, watched] = await countAsync({ endpoint, folder }, runs);
  if (!none || !one || !two || !both || !watched) throw new Error('A run was not counted.');
  return {
    title: 'DynamoDB operations of an asynchronous run',
    columns: ['', 'writes', 'reads', 'checkpoints', 'reads of watchers'],
    rows: [
      row('a run of 1 model call', none, true),
      row('a run of 2 model calls and 1 tool', one, false),
      row(`the same, seen by ${WATCHERS} watchers`, watched, false),
      row('a model call and the tool that it calls', beyond(two, one), true),
      row('one more tool, called at the same time', beyond(both, one), true),
    ],
    meaning:
      'Runs whose model answers at once, in a warm server, from `POST /agent/runs` to the end of the execution. While a model ' +
      'or a tool takes its time, new events are written each 500 ms, and the inbox is read each 2 s. Checkpoints that come at ' +
      'the same time are sent as one. A read at most once a second, of the circuit and of resting keys, is left out. A test ' +
      'holds these counts.',
    breaches: [],
  };
};
