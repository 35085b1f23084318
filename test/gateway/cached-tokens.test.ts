import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { reply, status } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { MODEL, post } from './ask.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const MARK = { cache_control: { type: 'ephemeral' } };
const words = (bytes: number) => 'The keel is deep. '.repeat(Math.ceil(bytes / 18));
const said = (text: string, mark: object = {}) => ({ role: 'user', content: [{ type: 'text', text, ...mark }] });
const asking = (messages: object[], system: object[] = []) => ({ model: MODEL, max_tokens: 32_000, system, messages });

/** A coding agent deep in its work: 400 KB, all of it marked for the cache as such agents mark it. */
const DEEP = asking(
  [said(words(340_000)), said('Now run the tests.', MARK)],
  [{ type: 'text', text: words(60_000), ...MARK }],
);
const CACHED = reply('done', { usage: { input: 6, output: 700, read: 96_000, write5m: 1_900 } });

const statusesOf = (responses: readonly Response[]) =>
  Promise.all(responses.map(async (response) => (await response.text(), response.status)));
const inTurn = async (caller: Caller, body: object, count: number) => {
  const seen: number[] = [];
  for (let call = 0; call < count; call += 1)
    seen.push(...(await statusesOf([await post(caller, body, { server: fleet.servers[call % 2] as never })])));
  return seen;
};

it('a coding agent with 100,000 tokens a minute is not stopped by what it reads from the cache', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 100_000 });
  fleet.upstream.script('*', [CACHED]);
  expect(await inTurn(caller, DEEP, 20)).toEqual(Array.from({ length: 20 }, () => 200));
});

it('its helpers that ask at the same time are not stopped either', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 100_000 });
  fleet.upstream.script('*', [CACHED]);
  const all = Array.from({ length: 6 }, (_, each) => post(caller, DEEP, { server: fleet.servers[each % 2] as never }));
  expect(await statusesOf(await Promise.all(all))).toEqual(Array.from({ length: 6 }, () => 200));
});

it('what nobody marked for the cache is charged before the call, so that a second one at once is refused', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 100_000 });
  const gate = createGate();
  fleet.upstream.script('*', [gatedBefore(1, gate, CACHED)]);
  const first = post(caller, asking([said(words(400_000))]));
  await gate.reached;
  expect((await post(caller, asking([said(words(40_000))]))).status).toBe(429);
  gate.open();
  expect(await statusesOf([await first])).toEqual([200]);
});

it('what a call was charged too much is there for the next one, and what failed unread too', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 100_000 });
  fleet.upstream.script('*', [reply('short', { usage: { input: 900, output: 100 } })]);
  expect(await inTurn(caller, asking([said(words(320_000))]), 3)).toEqual([200, 200, 200]);
  fleet.upstream.script('*', [status(400)]);
  expect(await inTurn(caller, asking([said(words(320_000))]), 3)).toEqual([400, 400, 400]);
});

it('what is marked and then written to the cache is charged afterwards, into debt', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 100_000 });
  fleet.upstream.script('*', [reply('cold', { usage: { input: 6, output: 700, write5m: 190_000 } })]);
  expect(await inTurn(caller, DEEP, 2)).toEqual([200, 429]);
});
