import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetOf, recordsOf } from '../api/books.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { stretch } from '../stretched.ts';
import { postStream } from './ask.ts';
import { BUFFERED_BYTES, DELTA_BYTES, DELTAS, endless, standstill } from './endless.ts';

const IDLE_MS = 1_000;
const ABORTED_WITHIN_MS = 1_000 * stretch();

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ STREAM_IDLE_TIMEOUT_MS: String(IDLE_MS) });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Asks for an answer far larger than what fits between, and reads nothing of it. */
const askAndWait = async (headers: Readonly<Record<string, string>> = {}) => {
  caller = await fleet.addTenant();
  fleet.upstream.script('*', [endless]);
  const index = fleet.upstream.requests.length;
  const leave = new AbortController();
  const response = await postStream(caller, {}, { signal: leave.signal, headers });
  const taken = await standstill(fleet.upstream, index, caller);
  return { index, leave, response, taken };
};

describe('an answer that its client does not read', () => {
  it('stays with the upstream, however long, and is whole in the end', async () => {
    const { index, response, taken } = await askAndWait();
    expect(taken * DELTA_BYTES).toBeLessThan(BUFFERED_BYTES);
    // A client that is slow is no upstream that stalls.
    await pause(2 * IDLE_MS * stretch());
    expect(fleet.upstream.requests[index]?.aborted).toBe(false);

    let bytes = 0;
    let end = Buffer.alloc(0);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      end = Buffer.concat([end, chunk]).subarray(-100);
    }
    expect(end.toString()).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    expect(bytes).toBeGreaterThan(DELTAS * DELTA_BYTES);
    await expect.poll(() => recordsOf(fleet.engine, caller.tenantId)).toHaveLength(1);
    expect((await recordsOf(fleet.engine, caller.tenantId))[0]).toMatchObject({ answered: { BOOL: true } });
  });

  it('is stopped and settled when that client leaves', async () => {
    const { index, leave } = await askAndWait();
    const leftAt = performance.now();
    leave.abort();
    await fleet.upstream.aborted(index);
    expect(performance.now() - leftAt).toBeLessThan(ABORTED_WITHIN_MS);
    await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
    expect((await budgetOf(caller)).day.spent).toBeGreaterThan(0n);
  });

  it('goes on to its end when that client leaves, where it sent a key', async () => {
    const { index, leave } = await askAndWait({ 'idempotency-key': 'long' });
    leave.abort();
    const sent = () => fleet.upstream.requests[index]?.sent.at(-1);
    await expect.poll(sent).toBe('message_stop');
    // Too large to be kept: told so for good, and not paid for again.
    const again = async () => {
      const { status, headers } = await postStream(caller, {}, { headers: { 'idempotency-key': 'long' } });
      return [status, headers.get('x-should-retry')];
    };
    await expect.poll(again).toEqual([409, 'false']);
    await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
    expect(fleet.upstream.requests.slice(index).filter(({ path }) => path === '/v1/messages')).toHaveLength(1);
  });
});
