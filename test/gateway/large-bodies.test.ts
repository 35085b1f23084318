import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_PAYLOAD_BYTES } from '../../local/read-body.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { reply } from '../upstream/answers.ts';
import { jpeg } from '../usage/pictures.ts';
import { paidOf, post, question } from './ask.ts';
import { readError } from './envelope.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne();
  caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** What Lambda takes, and a little less than what an API takes before it. */
const EVENT_BYTES = 6 * 1024 * 1024;

const withImage = (bytes: number) => {
  const head = Buffer.from(jpeg([[640, 480]]), 'base64');
  const data = Buffer.concat([head, Buffer.alloc(bytes - head.length, 0x5a)]).toString('base64');
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data } };
  return JSON.stringify(
    question({ messages: [{ role: 'user', content: [image, { type: 'text', text: 'What is it?' }] }] }),
  );
};

it.each([true, false])(
  'a body of 4 MB with an image in base64 reaches Anthropic as it is (streamed: %s)',
  async (stream) => {
    fleet.upstream.script('*', [reply('A ship.')]);
    const body = withImage(3 * 1024 * 1024).replace('{', `{"stream":${stream},`);
    expect(body.length).toBeGreaterThan(4 * 1024 * 1024);
    const response = await post(caller, body);
    expect([response.status, (await response.text()).includes('A ship.')]).toEqual([200, true]);
    const sent = paidOf(fleet.upstream.requests).at(-1)?.raw.toString();
    const same = sent === body.replace('"stream":false', '"stream":true');
    expect(same).toBe(true);
  },
);

it('an image holds back no more than an image can cost, however large it is', async () => {
  const poor = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
  fleet.upstream.script('*', [reply('A ship.')]);
  expect((await post(poor, withImage(3 * 1024 * 1024))).status).toBe(200);
});

it.each([
  ['whose bytes are more than an event holds', withImage(EVENT_BYTES)],
  ['whose quotes make the event too large', JSON.stringify(question({ x: '"'.repeat(EVENT_BYTES / 3) }))],
])('a body %s is refused in the form that every client of Anthropic reads', async (_title, body) => {
  const before = fleet.upstream.requests.length;
  expect(await readError(await post(caller, body))).toMatchObject({ status: 413, type: 'request_too_large' });
  expect(fleet.upstream.requests).toHaveLength(before);
});

it('the documentation names the bound that is kept', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const named = [...text.matchAll(/[\d,]+(?=\)? bytes?\b)/g)].map(([figure]) => Number(figure.replaceAll(',', '')));
  const near = named.filter((bytes) => bytes > 6_000_000 && bytes < 7_000_000);
  expect(near.length).toBeGreaterThan(1);
  expect(new Set(near)).toEqual(new Set([MAX_PAYLOAD_BYTES]));
});
