import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { reply, type ScriptedAnswer, status } from '../upstream/answers.ts';
import { endAfter, errorEventAfter } from '../upstream/broken.ts';
import { MODEL, post, postStream, question } from './ask.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '0', ANTHROPIC_API_KEY: 'sk-ant-of-the-service' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const PROMPT = 'the cargo is contraband';
const ANSWER = 'then bury it at Tortuga';
const WORDS = 'messages.0: contraband is not accepted here';

const ANSWERS: readonly ScriptedAnswer[] = [
  reply(ANSWER),
  endAfter(5, reply(ANSWER)),
  errorEventAfter(5, reply(ANSWER), 529, WORDS),
  ...[400, 401, 404, 413, 422, 429, 500, 529].map((code) => status(code, { message: WORDS })),
];

it('no prompt, no answer, no word of the upstream and no key is in any output, whatever happens', async () => {
  const caller = await fleet.addTenant();
  const body = question({
    messages: [{ role: 'user', content: PROMPT }],
    system: PROMPT,
    metadata: { user_id: PROMPT },
  });
  const counting = { model: MODEL, messages: body.messages };
  for (const answer of ANSWERS) {
    fleet.upstream.script('*', [answer]);
    for (const form of [body, { ...body, stream: true }]) {
      const headers = { 'idempotency-key': `${PROMPT} ${Math.max(ANSWERS.indexOf(answer), 0)}` };
      await (await post(caller, form, { headers, query: `?beta=${encodeURIComponent(PROMPT)}` })).text();
    }
  }
  await (await post(caller, counting, { path: '/v1/messages/count_tokens' })).text();
  await (await post(caller, `{"model": "${PROMPT}`)).text();
  await (await post(caller, question({ model: PROMPT }))).text();
  await (await postStream(caller, {}, { headers: { 'x-api-key': PROMPT } })).text();
  const printed = fleet.servers[0].printed();
  expect(printed).toContain('"messages"');
  for (const secret of [
    PROMPT,
    encodeURIComponent(PROMPT),
    ANSWER.slice(0, 12),
    WORDS.slice(12),
    caller.key,
    'sk-ant-of-the-service',
  ])
    expect([secret, printed.includes(secret)]).toEqual([secret, false]);
});
