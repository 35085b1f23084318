import { afterAll, beforeAll, expect, it } from 'vitest';
import { TABLE_NAMES } from '../../local/environment.ts';
import { textBlock } from '../../local/simulated-claude/wire.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { scanTables } from '../scan-tables.ts';
import { reply, type ScriptedAnswer, toolCalls } from '../upstream/answers.ts';
import { bodyOf, type FleetOfOne, startFleetOfOne } from './fleet.ts';

const CARD = '4111 1111 1111 1111';
const KEY = `sk-ant-api03-${'Ab3dE5gH'.repeat(12)}AA`;
const SAID = `The card is ${CARD}, the key ${KEY}.`;
const SHOWN = 'The card is [REDACTED_CARD], the key [REDACTED_API_KEY].';

let fleet: FleetOfOne;
let target: HttpTarget;
beforeAll(async () => {
  target = await startHttpTarget();
  fleet = await startFleetOfOne({ WEBHOOK_HOSTS: 'localhost' });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await target.close();
});

interface Sent {
  readonly tenantId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** As it went over the wire. */
  readonly body: string;
  /** All that the tables hold of the tenant. */
  readonly stored: string;
  /** What of it is the delivery. */
  readonly delivery: string;
}

let runs = 0;
const sent = async (settings: object, answers: readonly ScriptedAnswer[], agent = 'assistant'): Promise<Sent> => {
  fleet.upstream.script('*', answers);
  const caller = await fleet.addTenant(settings);
  const { tenantId } = caller;
  const path = `/hook-${(runs += 1)}`;
  const submitted = await caller.ask('/agent/runs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ task: 'Go.', agent, webhookUrl: `${target.url.replace('127.0.0.1', 'localhost')}${path}` }),
  });
  expect([submitted.status, (await bodyOf(submitted))['status']]).toEqual([202, 'queued']);
  const posts = () => target.seen.filter((post) => post.path === path);
  await expect.poll(() => posts().length, { interval: 50 }).toBe(1);
  const body = posts()[0]?.body ?? '';
  const items = (await scanTables(fleet.engine.sdk, TABLE_NAMES)).filter(({ pk, text }) =>
    `${pk}${text}`.includes(tenantId),
  );
  const textOf = (some: typeof items) => some.map(({ text }) => text).join('\n');
  const deliveries = items.filter(({ sk }) => sk.startsWith('webhook#'));
  expect(deliveries.length).toBeGreaterThan(0);
  const { data } = JSON.parse(body) as { readonly data: Sent['data'] };
  return { tenantId, data, body, stored: textOf(items), delivery: textOf(deliveries) };
};

/** Of each secret, the part that could be nothing else. */
const SECRETS = /4111 1111 1111|Ab3dE5gHAb3dE5gH/;
const ON = { redactOutput: true };

it.each([
  ['in one text', [textBlock(SAID)]],
  ['split over two texts', [textBlock(SAID.slice(0, 20)), textBlock(SAID.slice(20))]],
  ['split over many', Array.from(SAID.matchAll(/.{1,6}/g), ([part]) => textBlock(part))],
])('the webhook of a run that ends has labels and no secret, %s, and neither has a table', async (_title, blocks) => {
  const { data, body, stored, delivery } = await sent(ON, [reply(blocks)]);
  expect(data).toMatchObject({ status: 'succeeded', output: SHOWN });
  for (const text of [body, stored, delivery]) expect(text).not.toMatch(SECRETS);
  expect(stored).toContain('[REDACTED_CARD]');
});

it('the webhook of a call that waits shows its input with labels, and so does what is stored of it', async () => {
  // What is asked is erased once it is delivered.
  target.script({ status: 500 });
  const input = { orderId: `A-17 of ${CARD}`, amountUsd: '12.00' };
  const { data, body, stored, delivery } = await sent(ON, [toolCalls([{ name: 'issue_refund', input }])], 'clerk');
  expect(data).toMatchObject({ tool: 'issue_refund', input: { ...input, orderId: 'A-17 of [REDACTED_CARD]' } });
  expect(delivery).toContain('A-17 of [REDACTED_CARD]');
  target.script({ status: 200 });
  for (const text of [body, stored, delivery]) expect(text).not.toMatch(SECRETS);
});

it('in shadow a webhook tells all, and the log counts what would be replaced', async () => {
  const { tenantId, data } = await sent({ ...ON, shadow: ['redaction'] }, [reply(SAID)]);
  expect(data).toMatchObject({ output: SAID });
  const told = (): unknown[] =>
    fleet.servers[0]
      .printed()
      .split('\n')
      .filter((line) => line.includes('"secrets redacted"') && line.includes(tenantId))
      .map((line) => JSON.parse(line) as unknown);
  await expect.poll(() => told().length).toBe(2);
  expect(told()).toMatchObject(['cards', 'keys'].map((name) => ({ class: name, count: 1, shadow: true })));
});
