import { parseUsd } from '../../../lib/kernel/money.ts';
import { decodeEvents } from '../../../lib/providers/anthropic/sse/decoder.ts';
import { expectStatus, expectThat, Failed, Skipped, type Smoke, type SmokeCheck, TASK } from './check.ts';

interface Models {
  readonly data: readonly {
    readonly id: string;
    readonly pricing: { readonly bands: readonly { readonly output: string }[] } | null;
  }[];
}

/** The cheapest model that the key may use. */
export const modelOf = ({ stage, once }: Smoke): Promise<string> =>
  once('model', async () => {
    const reply = await stage.ask('/v1/models');
    expectStatus(reply, 200, 'GET /v1/models');
    const priced = (reply.json as Models).data.flatMap(({ id, pricing }) => {
      const output = pricing?.bands[0]?.output;
      return output === undefined ? [] : [{ id, price: parseUsd(output) }];
    });
    const [first, ...others] = priced;
    if (first === undefined) throw new Skipped('The key may use no model.');
    return others.reduce((cheapest, one) => (one.price < cheapest.price ? one : cheapest), first).id;
  });

const question = async (smoke: Smoke) => ({
  model: await modelOf(smoke),
  messages: [{ role: 'user', content: TASK }],
});

const VERSION = { 'anthropic-version': '2023-06-01' };
const MAX_TOKENS = 32;

const models: SmokeCheck = {
  what: 'models are listed, and tokens counted',
  scope: 'messages:write',
  async run(smoke) {
    const body = await question(smoke);
    const counted = await smoke.stage.ask('/v1/messages/count_tokens', { body, headers: VERSION });
    expectStatus(counted, 200, 'POST /v1/messages/count_tokens');
    return `${body.model}, at no cost.`;
  },
};

const messages: SmokeCheck = {
  what: 'a client of the Anthropic API gets a message',
  scope: 'messages:write',
  async run(smoke) {
    const body = { ...(await question(smoke)), max_tokens: MAX_TOKENS };
    const reply = await smoke.stage.ask('/v1/messages', { body, headers: VERSION });
    expectStatus(reply, 200, 'POST /v1/messages');
    const { type, model } = reply.json as { readonly type: string; readonly model: string };
    expectThat(type === 'message', `Its type is ${type}.`);
    expectThat(reply.headers.has('request-id'), 'It lacks request-id.');
    return `By ${model}.`;
  },
};

const messageStream: SmokeCheck = {
  what: 'a message as events comes to its end',
  scope: 'messages:write',
  async run(smoke) {
    const body = { ...(await question(smoke)), max_tokens: MAX_TOKENS, stream: true };
    const response = await smoke.stage.open('/v1/messages', { body, headers: VERSION });
    expectThat(response.ok, `It is answered with ${response.status}.`);
    const seen: string[] = [];
    try {
      for await (const { event } of decodeEvents(response.body ?? new ReadableStream()))
        if (event !== null) seen.push(event);
    } catch {
      // What is missing is said below.
    }
    const [first = 'nothing'] = seen;
    const last = seen.at(-1) ?? 'nothing';
    if (first !== 'message_start' || last !== 'message_stop')
      throw new Failed(`It begins with ${first}, and ends with ${last}.`);
    return `${seen.length} events.`;
  },
};

/** What clients of the Anthropic API see. */
export const GATEWAY = { models, messages, 'message-stream': messageStream } satisfies Record<string, SmokeCheck>;
