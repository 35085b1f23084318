import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PATIENCE_MS } from '../../lib/accounts/reconcile-budgets.ts';
import { SETTLE_MARGIN_MS } from '../../lib/accounts/settle-patience.ts';
import { THRESHOLDS } from '../../lib/accounts/thresholds/budget-thresholds.ts';
import { EARLY_PERCENTS } from '../../lib/accounts/thresholds/reached-budgets.ts';
import { HALF_PERCENT, SPENT_PERCENT } from '../../lib/accounts/thresholds/spent-budgets.ts';
import { MOST_TOGETHER } from '../../lib/accounts/thresholds/tell-spent.ts';
import { HOLD_MS } from '../../lib/alerts/damping/consequences.ts';
import { LEASE_MS } from '../../lib/alerts/targets/dynamodb-claims.ts';
import { SETTLE_PATIENCE_MS } from '../../lib/budget/dynamodb-store.ts';
import { MOST_TOMBSTONES } from '../../lib/budget/fence.ts';
import { LEAST_OUTPUT_TOKENS } from '../../lib/budget/fit-output.ts';
import { MAX_OPEN } from '../../lib/budget/store.ts';
import { MOST_PAYLOAD_BYTES } from '../../lib/durable-run/webhooks/payload.ts';
import { MOST_INSERTS } from '../../lib/dynamodb/insert.ts';
import { QUIET_MS } from '../../lib/gateway/answer/keep-alive.ts';
import { MOST_BYTES, MOST_IN_ONE, MOST_OPERATORS } from '../../lib/group-commit/plan.ts';
import { SLOW_MS } from '../../lib/group-commit/queues.ts';
import { SLOWEST_START, UNSEEN_STRETCH } from '../../lib/model-call/attempt/stream-timeouts.ts';
import { MAX_MESSAGE_BYTES, MAX_MESSAGES } from '../../lib/runs/inbox/inbox.ts';
import { INLINE_BYTES } from '../../lib/runs/inbox/inbox-item.ts';
import { MAX_EXAMINED } from '../../lib/runs/list-runs.ts';
import { DELIVERY_LEASE_MS, MOST_ATTEMPTS } from '../../lib/runs/outbox/outbox.ts';
import { SHARDS } from '../../lib/runs/run-key.ts';
import { MAX_DELIVERY_AGE_MS, PAUSES_MS } from '../../lib/webhooks/next-try.ts';
import { TRY_MS } from '../../lib/webhooks/post-once.ts';
import { documents, read, ROOT, tableOf } from './markdown.ts';

/** What the README of each room says in its table of figures, as the code has it. */
const FIGURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'lib/budget': {
    'fewest output tokens': `${LEAST_OUTPUT_TOKENS}`,
    'open reservations of an account': `${MAX_OPEN}`,
    'tombstones of an item': `${MOST_TOMBSTONES}`,
    'a settlement is repeated for': `${SETTLE_PATIENCE_MS} ms`,
  },
  'lib/accounts': {
    "thresholds of a tenant's budget": `${THRESHOLDS.join(', ')} %`,
    'thresholds of other budgets': `${EARLY_PERCENTS.join(', ')} %`,
    'margin after the longest call': `${SETTLE_MARGIN_MS} ms`,
    "one tenant's share of a pass": `${PATIENCE_MS} ms`,
    'a budget is as good as spent': `${SPENT_PERCENT} %`,
    'a refused call is reported': `${HALF_PERCENT} %`,
    'budgets in one message': `${MOST_TOGETHER}`,
  },
  'lib/alerts': { 'wait for a cause': `${HOLD_MS} ms`, 'lease of a claim': `${LEASE_MS} ms` },
  'lib/group-commit': {
    'before a write is slow': `${SLOW_MS} ms`,
    'updates in one': `${MOST_IN_ONE}`,
    'bytes of an expression': `${MOST_BYTES}`,
    'operators of an expression': `${MOST_OPERATORS}`,
    'new items in one': `${MOST_INSERTS}`,
  },
  'lib/gateway': { 'longest silence towards a client': `${QUIET_MS} ms` },
  'lib/model-call': {
    'longest start, in first-token timeouts': `${SLOWEST_START}`,
    'silence inside thinking and tool inputs, in idle timeouts': `${UNSEEN_STRETCH}`,
  },
  'lib/runs': {
    'messages of a run': `${MAX_MESSAGES}`,
    'all messages of a run, as JSON': `${MAX_MESSAGE_BYTES} bytes`,
    'partitions of the unfinished runs': `${SHARDS}`,
    'runs that one page of a list looks at': `${MAX_EXAMINED}`,
    'request or decision in the inbox itself': `${INLINE_BYTES} bytes`,
  },
  'lib/webhooks': {
    'longest wait for an answer': `${TRY_MS} ms`,
    'lease of a delivery': `${DELIVERY_LEASE_MS} ms`,
    'tries of a delivery': `${PAUSES_MS.length + 1}`,
    'a delivery is given up after': `${MAX_DELIVERY_AGE_MS / 3_600_000} h`,
    'tries that the log remembers': `${MOST_ATTEMPTS}`,
    'largest message': `${MOST_PAYLOAD_BYTES / 1024} KB`,
  },
};

it.each(Object.entries(FIGURES))('the README of %s has the figures of the code, and no others', (room, figures) => {
  const rows = tableOf(read(`${room}/README.md`), 'what', 'value', 'why');
  expect(Object.fromEntries(rows.map(({ what, value }) => [what, value]))).toEqual(figures);
});

const rooms = documents().filter(({ path: file }) => file.startsWith('lib/'));

it('every domain of lib has a README', () => {
  const domains = [
    ...[
      'accounts',
      'alerts',
      'budget',
      'circuit-breaker',
      'durable-run',
      'egress',
      'end-users',
      'gateway',
      'group-commit',
      'idempotency',
      'model-call',
    ],
    ...[
      'pricing',
      'providers',
      'rate-limit',
      'redaction',
      'response-cache',
      'rests',
      'run',
      'runs',
      'sessions',
      'tenants',
      'usage',
    ],
    'webhooks',
  ];
  expect(rooms.map(({ path: file }) => file)).toEqual(domains.map((domain) => `lib/${domain}/README.md`));
});

it.each(rooms)('$path begins with its promise and fits on a page', ({ text }) => {
  expect(text).toMatch(/^# .+\n\n\*\*The promise\.\*\* /);
  expect(text.split('\n').length).toBeLessThanOrEqual(61);
});

it.each(rooms)('each file that $path names by its name alone is in the room', ({ path: file, text }) => {
  const named = [...text.matchAll(/`((?:[a-z-]+\/)*[a-z-]+\.ts)`/g)].map(([, name = '']) => name);
  const own = named.filter((name) => !name.startsWith('lib/'));
  expect(own.filter((name) => !existsSync(path.join(ROOT, path.dirname(file), name)))).toEqual([]);
});

it('the README of the project has at most 200 lines', () => {
  expect(read('README.md').text.split('\n').length).toBeLessThanOrEqual(201);
});
