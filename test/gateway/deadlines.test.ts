import { afterAll, beforeAll, expect, it } from 'vitest';
import { withGaps } from '../../local/simulated-claude/faults.ts';
import { budgetOf } from '../api/books.ts';
import { type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { post, postStream } from './ask.ts';
import { endless } from './endless.ts';
import { readError } from './envelope.ts';
import { readStream } from './read-stream.ts';

const JSON_MS = 1_200;
const STREAM_MS = 3_000;
/** Between two of twenty pieces: above the one deadline and far below the other; and above both. */
const SLOW_MS = 80;
const TOO_SLOW_MS = 200;

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne({ RUN_TIMEOUT_MS: String(JSON_MS), STREAM_TIMEOUT_MS: String(STREAM_MS) });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Twenty pieces of text, so far apart. */
const every =
  (ms: number): ScriptedAnswer =>
  (asked) =>
    withGaps(reply('x'.repeat(480))(asked), ms);

it('a message that takes longer than its deadline is a timeout that no client repeats, and settled', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
  fleet.upstream.script('*', [every(SLOW_MS)]);
  const error = await readError(await post(caller));
  expect([error.status, error.type, error.headers.get('x-should-retry')]).toEqual([504, 'timeout_error', 'false']);
  const { day } = await budgetOf(caller);
  expect(day.reserved).toBe(0n);
  expect(day.spent).toBeGreaterThan(0n);
  expect(fleet.upstream.requests.at(-1)?.aborted).toBe(true);
});

it('a stream has a longer one, after which it ends with an error and not just so', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
  fleet.upstream.script('*', [every(SLOW_MS), every(TOO_SLOW_MS)]);
  const whole = await readStream(await postStream(caller));
  expect(whole.events.at(-1)?.event).toBe('message_stop');
  const late = await readStream(await postStream(caller));
  expect(late.events.at(-1)).toMatchObject({ event: 'error', data: { error: { type: 'timeout_error' } } });
  await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
});

it('a client that does not read has no longer a deadline than others', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '100' });
  fleet.upstream.script('*', [endless]);
  const index = fleet.upstream.requests.length;
  const response = await postStream(caller);
  await fleet.upstream.aborted(index);
  await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
  let end = Buffer.alloc(0);
  for await (const chunk of response.body as AsyncIterable<Uint8Array>)
    end = Buffer.concat([end, chunk]).subarray(-300);
  expect(end.toString()).toMatch(/\n\nevent: error\ndata: .*"timeout_error".*\n\n$/);
});
