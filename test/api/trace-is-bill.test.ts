import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { readTraceparent, spanIdOf } from '../../lib/kernel/ids/trace-context.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import type { TokenCounts } from '../../local/simulated-claude/wire.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { type ReceivedSpan, startOtlpReceiver } from '../telemetry/tracing/otlp-receiver.ts';
import type { SeenRequest } from '../upstream/recorder.ts';
import { recordsOf } from './books.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from './fleet.ts';
import { randomWork, type Work } from './random-work.ts';
import { type Seen, VIEWERS } from './viewers.ts';

/*
 * Random work through a real server: what its trace says, what the ledger has booked and what the upstream bills are one.
 */

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let fleet: FleetOfOne;
let caller: Caller;
let records: Item[];
/** One for each attempt, however often it was sent. */
let attempts: ReceivedSpan[];
let spans: ReceivedSpan[];

const WORKS = size(60, 1_000);

const paid = () => fleet.upstream.requests.filter(({ path }) => path === '/v1/messages');
const spanOfRequest = ({ headers }: SeenRequest) => readTraceparent(headers['traceparent'] as string)?.parentId ?? '';

/** Where there is no test whose `expect` could wait. */
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((done) => setTimeout(done, 10));
};

const work = async ({ path, body, stream, answers, endedBy }: Work): Promise<void> => {
  const before = paid().length;
  fleet.upstream.script('*', answers);
  const leaving = new AbortController();
  const response = caller.ask(path, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      ...(stream ? { accept: 'text/event-stream' } : {}),
    },
    body: JSON.stringify(body),
  });
  const text = response.then((answer) => answer.text()).catch(() => '');
  const isStalled = () => {
    const last = paid().at(-1);
    return (
      paid().length > before && paid().length - before >= answers.length && last !== undefined && last.sent.length > 2
    );
  };
  if (endedBy === 'leaving') {
    let isAnswered = false;
    void text.then(() => (isAnswered = true));
    await until(() => isAnswered || isStalled());
    leaving.abort();
  }
  const answer = await text;
  if (path === '/agent/runs') {
    const { runId } = JSON.parse(answer) as { readonly runId: string };
    const shown = async () => ((await (await caller.ask(`/agent/runs/${runId}`)).json()) as { status: string }).status;
    const isOver = async () => !['queued', 'running', 'waiting'].includes(await shown());
    if (endedBy === 'cancelling') {
      await until(async () => isStalled() || (await isOver()));
      await caller.ask(`/agent/runs/${runId}/cancel`, { method: 'POST' });
    }
    await until(isOver);
  }
  // The next one's answers are not for what this one still asks.
  const isTold = () => {
    const told = new Set(receiver.spans.map(({ spanId }) => spanId));
    return paid().every((request) => told.has(spanOfRequest(request)));
  };
  await until(isTold);
};

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  fleet = await startFleetOfOne({ LOG_LEVEL: 'WARN', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  caller = await fleet.addTenant();
  for (let seed = 1; seed <= WORKS; seed += 1) await work(randomWork(seededRandom(seed)));
  records = await recordsOf(fleet.engine, caller.tenantId);
  spans = [...new Map(receiver.spans.map((span) => [span.spanId, span])).values()];
  attempts = spans.filter(({ name }) => name.startsWith('chat '));
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const count = (item: Item, ...names: readonly string[]) =>
  names.reduce((sum, name) => sum + Number(item[name]?.N ?? 0), 0);

const seenIn = (items: readonly Item[]): Seen => {
  const sum = (...names: string[]) => items.reduce((total, item) => total + count(item, ...names), 0);
  return {
    input: sum('inputTokens'),
    read: sum('cacheReadInputTokens'),
    written: sum('cacheWrite5mInputTokens', 'cacheWrite1hInputTokens'),
    output: sum('outputTokens'),
  };
};

const recordOf = (span: ReceivedSpan | undefined): Item | undefined =>
  records.find((item) => spanIdOf(item['sk']?.S ?? '') === span?.spanId);
const estimateOf = (item: Item | undefined): string | null => item?.['estimated']?.S ?? null;

/** US cents for a million tokens, as published: input, output, what is read from a cache. */
const PRICES: Readonly<Record<string, readonly [bigint, bigint, bigint]>> = {
  'claude-sonnet-5-5': [200n, 1_000n, 10n],
  'claude-opus-5-5': [400n, 2_000n, 20n],
  'claude-haiku-4-5': [100n, 500n, 10n],
};
const NOTHING: TokenCounts = { input: 0, output: 0, read: 0, write5m: 0, write1h: 0 };

const billOf = ({ model, billed }: SeenRequest): bigint => {
  const { input, output, read, write5m, write1h } = billed ?? NOTHING;
  const [perInput, perOutput, perRead] = PRICES[model ?? ''] ?? [0n, 0n, 0n];
  const [fresh, kept] = [BigInt(input) * 100n, BigInt(write5m) * 125n + BigInt(write1h) * 200n];
  const hundredths = (fresh + kept) * perInput + BigInt(output) * 100n * perOutput + BigInt(read) * 100n * perRead;
  return hundredths * 100n;
};

describe('the trace, the ledger and the bill', () => {
  it('have each attempt once, and each of its ways to end', () => {
    expect(attempts.map(({ spanId }) => spanId).toSorted()).toEqual(paid().map(spanOfRequest).toSorted());
    expect(records.map((item) => spanIdOf(item['sk']?.S ?? '')).toSorted()).toEqual(
      attempts.map(({ spanId }) => spanId).toSorted(),
    );
    expect(attempts.length).toBeGreaterThan(WORKS);
    const ways = new Set(records.map(estimateOf));
    expect(ways.has(null) && ways.has('cut')).toBe(true);
    const models = new Set(records.map((item) => item['model']?.S));
    expect(models.size).toBe(3);
  });

  it('are of work in which models fell back, drafts were reviewed and revised, and caches of both lifetimes written', () => {
    const asked = paid().map(({ model, body }) => ({ model, text: JSON.stringify(body) }));
    const having = (words: string) => asked.filter(({ text }) => text.includes(words)).length;
    // Agents alone have a system prompt here, and name this model for nothing but to stand in.
    const standIns = asked.filter(({ model, text }) => model === 'claude-haiku-4-5' && text.includes('"system"'));
    const least = Math.ceil(WORKS / 60);
    expect(standIns.length, 'fallbacks').toBeGreaterThanOrEqual(least);
    expect(having('You review the draft of an answer'), 'reviews').toBeGreaterThanOrEqual(least);
    expect(having('a reviewer has remarked on it'), 'revisions').toBeGreaterThanOrEqual(least);
    for (const name of ['cacheWrite5mInputTokens', 'cacheWrite1hInputTokens', 'cacheReadInputTokens'])
      expect(records.filter((item) => count(item, name) > 0).length, name).toBeGreaterThanOrEqual(least);
  });

  it.each(Object.entries(VIEWERS))('come to the same tokens of each kind by %s', (_viewer, add) => {
    expect(add(spans)).toEqual(seenIn(records));
  });

  it('come to the same for each attempt: kind by kind, cost, and whether it is an estimate', () => {
    for (const span of attempts) {
      const record = recordOf(span);
      expect([span.spanId, VIEWERS.Langfuse([span])]).toEqual([
        span.spanId,
        seenIn(record === undefined ? [] : [record]),
      ]);
      expect(parseUsd(String(span.attributes['ballast.cost_usd'])).toString()).toBe(record?.['costPicoUsd']?.N);
      expect(span.attributes['ballast.estimated'] ?? null).toBe(estimateOf(record));
    }
  });

  it('are the bill to the token and the pico-dollar where the provider told its counts', () => {
    for (const request of paid()) {
      const record = recordOf(attempts.find(({ spanId }) => spanId === spanOfRequest(request)));
      if (record === undefined || estimateOf(record) !== null) continue;
      const { input, output, read, write5m, write1h } = request.billed ?? NOTHING;
      expect([request.requestId, seenIn([record])]).toEqual([
        request.requestId,
        { input, output, read, written: write5m + write1h },
      ]);
      expect(count(record, 'cacheWrite1hInputTokens')).toBe(write1h);
      expect([request.requestId, record['costPicoUsd']?.N]).toEqual([request.requestId, billOf(request).toString()]);
    }
  });

  it('are at the bill or above it where they are estimates, and the span says so', () => {
    const estimated = paid().filter((request) => {
      const span = attempts.find(({ spanId }) => spanId === spanOfRequest(request));
      return span?.attributes['ballast.estimated'] !== undefined;
    });
    expect(estimated.length).toBeGreaterThan(5);
    for (const request of estimated) {
      const record = recordOf(attempts.find(({ spanId }) => spanId === spanOfRequest(request)));
      const booked = BigInt(record?.['costPicoUsd']?.N ?? '-1');
      expect([request.requestId, booked >= billOf(request)]).toEqual([request.requestId, true]);
    }
  });
});
