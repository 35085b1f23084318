import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LIMIT_NAMES } from '../../lib/caller/caller-limits.ts';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { label } from '../../lib/kernel/redacted.ts';
import { unrecorded } from '../../lib/model-call/booking/attempt-events.ts';
import type { FaultKind } from '../../lib/model-call/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import type { Log } from '../../lib/telemetry/log.ts';
import { logEvents } from '../../lib/telemetry/log-events.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { SAMPLES as EVENTS } from '../telemetry/events.ts';
import { blocksOf, code, codes, read, tableOf } from './markdown.ts';

const operations = read('docs/operations.md');

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

const logged = (...events: readonly BallastEvent[]): Line[] => {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (message: string, fields: object = {}) =>
      void lines.push({ level, message, fields });
  const log: Log = { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
  for (const event of events) logEvents({ stage: log })(event);
  return lines;
};

/** Where the level depends on what an event says: as it should be, and as it should not. */
const SAMPLES: Readonly<Record<string, readonly object[]>> = {
  'run.finished': [{ status: 'succeeded' }, { status: 'failed' }],
  'model.attempted': [{ outcome: 'answered' }, { outcome: 'cut' }],
  'cache.looked': [{ outcome: 'miss' }, { outcome: 'failed' }],
  'tool.finished': [{ outcome: 'declined' }, { outcome: 'fallback' }],
  'tool.logged': [{ level: 'warn', message: 'tool logged' }],
  'budget.reconciled': [{ outcome: 'recorded' }, { outcome: 'lost' }],
  'budgets.reconciled': [{ failed: 0 }, { failed: 1 }],
  'runs.swept': [{ failed: 0 }, { failed: 1 }],
  'webhook.attempted': [{ outcome: 'delivered' }, { outcome: 'pending' }, { outcome: 'failed' }],
  'dependency.probed': [{ status: 'healthy' }, { status: 'unhealthy' }],
};

const events = tableOf(operations, 'event', 'message', 'level');

it('every event is told, and no other', () => {
  expect(events.map((row) => code(row.event)).sort()).toEqual(Object.keys(EVENTS).sort());
});

it.each(events)('the line of $event has the message and the level that are told', ({ event, message, level }) => {
  const type = code(event);
  const samples = SAMPLES[type] ?? [{}];
  const lines = logged(...samples.map((sample) => ({ type, ...sample }) as unknown as BallastEvent));
  expect([...new Set(lines.map((line) => line.message))]).toEqual(codes(message));
  expect(level.match(/DEBUG|INFO|WARN|ERROR/g) ?? []).toEqual(lines.map((line) => line.level));
});

/** Every kind of fault, and whether an attempt can have it: the others are refused before there is one. */
const OF_AN_ATTEMPT = {
  'invalid-request': true,
  credential: true,
  forbidden: true,
  'unknown-model': true,
  'rate-limited': true,
  overloaded: true,
  'server-error': true,
  connection: true,
  'no-content': true,
  stalled: true,
  cut: true,
  malformed: true,
  deadline: true,
  cancelled: true,
  'run-cost': false,
  'circuit-open': false,
  retired: false,
  'context-too-long': true,
  refused: false,
} satisfies Record<FaultKind, boolean>;

it('every limit is told, and no other', () => {
  const limits = tableOf(operations, 'limit', 'set by', 'who is refused').map((row) => code(row.limit));
  expect(limits).toEqual(Object.keys(LIMIT_NAMES));
});

it('every outcome of an attempt is told', () => {
  const shown = tableOf(operations, '`outcome`', 'meaning', 'what to do');
  const possible = Object.entries(OF_AN_ATTEMPT).flatMap(([kind, can]) => (can ? [kind] : []));
  expect(shown.flatMap((row) => codes(row['`outcome`'])).sort()).toEqual(['answered', ...possible].sort());
});

const record: UsageRecord = {
  attemptId: 'run_01m7y1c0ajbayss4bnjqemewyn:2:1',
  runId: 'run_01m7y1c0ajbayss4bnjqemewyn',
  tenantId: 'acme',
  keyId: 'key-1',
  userId: null,
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
  at: Date.UTC(2026, 10, 20, 13, 59, 59, 999),
  answered: false,
  estimated: 'unanswered',
  tokens: {
    inputTokens: 3_362,
    outputTokens: 1,
    cacheReadInputTokens: 2,
    cacheWrite5mInputTokens: 3,
    cacheWrite1hInputTokens: 4,
    webSearchRequests: 5,
  },
  cost: parseUsd('1.006724000001'),
};

/** What the document makes of the line of an attempt that could not be written. */
const booked = (unwritten: UsageRecord): Item => {
  const [line] = logged({ type: 'usage.unrecorded', ...unrecorded(unwritten), error: label('TypeError') });
  const script = blocksOf(operations).find(({ text }) => text.startsWith('node -e'))?.text ?? 'false';
  const folder = mkdtempSync(path.join(tmpdir(), 'ballast-line-'));
  try {
    writeFileSync(path.join(folder, 'line.json'), JSON.stringify({ ...line?.fields, message: line?.message }));
    const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`;
    execFileSync('sh', ['-e', '-c', script], { cwd: folder, env: { PATH } });
    return JSON.parse(readFileSync(path.join(folder, 'item.json'), 'utf8')) as Item;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** A ledger that has this one item. */
const ledgerOf = (item: Item) => {
  const find: Table['get'] = async ({ pk, sk }) => (item['pk']?.S === pk && item['sk']?.S === sk ? item : null);
  return createDynamoDbUsageStore({ get: find } as Table);
};

it.each([
  ['an estimate', record],
  ['an answer', { ...record, answered: true, estimated: null, cost: parseUsd('2') }],
])('the line of an unrecorded attempt (%s) becomes the very item that was lost', async (_title, lost) => {
  const ledger = ledgerOf(booked(lost));
  expect(await ledger.find(lost.tenantId, lost.at, lost.attemptId)).toEqual(lost);
});

it('names of classes and codes are told as they are logged', () => {
  expect(operations.text).toContain(`\`${label('AppError/store-unavailable')}\``);
});
