import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordsOf } from '../api/books.ts';
import { startFleet, type Fleet } from '../api/fleet.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { encodeEvent } from '../../local/simulated-claude/wire.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { exchanges, postStream } from './asking.ts';

const IDLE_MS = 1_000;
const DELTA_BYTES = 128 * 1024;
const DELTAS = 1_200;
/** What two loopback connections and the streams between them may hold, far less than the whole. */
const BUFFERED_BYTES = 48 * 1024 * 1024;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ STREAM_IDLE_TIMEOUT_MS: String(IDLE_MS) });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const DELTA = encodeEvent({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'x'.repeat(DELTA_BYTES) },
});

/** 150 MB of text, made while it is taken. */
const endless: ScriptedAnswer = function* (asked): Generator<Step> {
  for (const step of reply('x')(asked)) {
    if (step.do !== 'send' || step.piece !== 'content_block_delta') yield step;
    else for (let each = 0; each < DELTAS; each += 1) yield { ...step, bytes: DELTA };
  }
};

it('an answer that its client does not take stays with the upstream, however long, and is whole in the end', async () => {
  const caller = await fleet.addTenant();
  fleet.upstream.script('*', [endless]);
  const index = fleet.upstream.requests.length;
  const response = await postStream(caller);
  const taken = () => fleet.upstream.requests[index]?.sent.length ?? 0;
  // Other requests are answered meanwhile; the stream stands still once as much is taken as fits between.
  for (let before = -1; before !== taken();) {
    before = taken();
    await exchanges(caller, 10);
  }
  expect(taken() * DELTA_BYTES).toBeLessThan(BUFFERED_BYTES);
  // A client that is slow is no upstream that stalls.
  await pause(2 * IDLE_MS);
  expect(fleet.upstream.requests[index]?.aborted).toBe(false);

  let bytes = 0;
  let end = '';
  for await (const chunk of response.body!) {
    bytes += (chunk as Uint8Array).length;
    end = Buffer.concat([Buffer.from(end), chunk as Uint8Array])
      .subarray(-200)
      .toString();
  }
  expect(end).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
  expect(bytes).toBeGreaterThan(DELTAS * DELTA_BYTES);
  await expect.poll(() => recordsOf(fleet.engine, caller.tenantId)).toHaveLength(1);
  expect((await recordsOf(fleet.engine, caller.tenantId))[0]).toMatchObject({ answered: { BOOL: true } });
}, 60_000);
