import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../../api/fleet.ts';
import { TABLE_NAMES } from '../../dynamodb.ts';
import { status, toolCalls } from '../../upstream/answers.ts';
import { post, postStream, question } from '../ask.ts';
import { readStream } from '../read-stream.ts';

const CARD = '4111 1111 1111 1111';
const KEY = `AK${'IA'}Q3EXAMPLE7TESTKE`;
const SAID = `The card is ${CARD}, the key ${KEY}; the order is 1234567890123.`;
const SHOWN = 'The card is [REDACTED_CARD], the key [REDACTED_API_KEY]; the order is 1234567890123.';
/** As a client of the API would be asked to run it. */
const ANSWER = toolCalls([{ name: 'pay', input: { card: CARD, cents: 17 } }], { text: SAID, stopReason: 'end_turn' });

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
  fleet.upstream.script('*', [ANSWER]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

interface Answer {
  readonly content: readonly { readonly text?: string; readonly input?: object }[];
}

const repeated = { headers: { 'idempotency-key': 'again' } };
const json = async (caller: Caller, options = {}) => (await (await post(caller, question(), options)).json()) as Answer;
const events = async (caller: Caller) => readStream(await postStream(caller));
const inputOf = ({ events: all }: Awaited<ReturnType<typeof events>>) =>
  all.map(({ data }) => (data['delta'] as { partial_json?: string } | undefined)?.partial_json ?? '').join('');
/** What the log says of a tenant's secrets, by class. */
const counted = ({ tenantId }: Caller) =>
  fleet.servers[0]
    .printed()
    .split('\n')
    .filter((line) => line.includes('"secrets redacted"') && line.includes(`"${tenantId}"`))
    .map((line) => JSON.parse(line) as { readonly class: string; readonly count: number; readonly shadow: boolean });

it('a client of /v1 gets no secret: as JSON, as a stream and once more, and the tables have none', async () => {
  const caller = await fleet.addTenant({ redactOutput: true });
  for (const options of [repeated, repeated]) {
    const { content } = await json(caller, options);
    expect(content[0]?.text).toBe(SHOWN);
    expect(content[1]?.input).toEqual({ card: '[REDACTED_CARD]', cents: 17 });
  }
  const stream = await events(caller);
  expect(stream.text).toBe(SHOWN);
  expect(JSON.parse(inputOf(stream))).toEqual({ card: '[REDACTED_CARD]', cents: 17 });
  expect(stream.events.at(-1)?.event).toBe('message_stop');
  for (const TableName of Object.values(TABLE_NAMES)) {
    const { Items } = await fleet.engine.sdk.send(new ScanCommand({ TableName }));
    expect(JSON.stringify(Items)).not.toContain(CARD);
    expect(JSON.stringify(Items)).not.toContain(KEY);
  }
  // Once for the repeated call, once for the stream.
  await expect.poll(() => counted(caller)).toHaveLength(4);
  expect(counted(caller)[0]).toMatchObject({ class: 'cards', count: 2, shadow: false });
});

it('in shadow it gets all of it, and the log counts', async () => {
  const caller = await fleet.addTenant({ shadow: ['redaction'] });
  expect((await json(caller)).content[0]?.text).toBe(SAID);
  expect((await events(caller)).text).toBe(SAID);
  await expect
    .poll(() => counted(caller).map(({ class: name, count, shadow }) => [name, count, shadow]))
    .toEqual([
      ['cards', 2, true],
      ['keys', 1, true],
      ['cards', 2, true],
      ['keys', 1, true],
    ]);
});

it('nobody else’s text is touched', async () => {
  const caller = await fleet.addTenant();
  expect((await json(caller)).content[0]?.text).toBe(SAID);
  expect((await events(caller)).text).toBe(SAID);
  expect(counted(caller)).toEqual([]);
});

it.each([400, 403])(
  'an upstream’s words of a %i show no key, whatever a tenant has set, and no address where it says so',
  async (code) => {
    const caller = await fleet.addTenant();
    const strict = await fleet.addTenant({ redactOutput: true, redact: ['email'] });
    const words = `not for ${KEY}, ask ada@example.com`;
    fleet.upstream.script('*', [status(code, { message: words })]);
    const messageOf = async (asked: Response) =>
      ((await asked.json()) as { readonly error: { readonly message: string } }).error.message;
    expect(await messageOf(await post(caller))).toBe('not for [REDACTED_API_KEY], ask ada@example.com');
    expect(await messageOf(await postStream(strict))).toBe('not for [REDACTED_API_KEY], ask [REDACTED_EMAIL]');
  },
);
