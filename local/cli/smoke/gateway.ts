import { parseUsd, pico, type PicoUsd } from '../../../lib/kernel/money.ts';
import { familyOf } from '../../../lib/pricing/pricing.ts';
import { decodeEvents } from '../../../lib/providers/anthropic/sse/decoder.ts';
import { expectStatus, expectThat, Failed, paidCall, Skipped, type Smoke, type SmokeCheck, TASK } from './check.ts';

interface Models {
  readonly data: readonly {
    readonly id: string;
    readonly pricing: { readonly bands: readonly { readonly input: string; readonly output: string }[] } | null;
  }[];
}

/** A model that the key may use, and what a million tokens of a short prompt and its answer cost. */
interface PricedModel {
  readonly id: string;
  readonly input: PicoUsd;
  readonly output: PicoUsd;
}

/** Those that the key may use, and the provider still serves. */
export const modelsOf = ({ stage, once }: Smoke): Promise<readonly PricedModel[]> =>
  once('models', async () => {
    const reply = await stage.ask('/v1/models');
    expectStatus(reply, 200, 'GET /v1/models');
    return (reply.json as Models).data.flatMap(({ id, pricing }) => {
      const [band] = pricing?.bands ?? [];
      return band === undefined ? [] : [{ id, input: parseUsd(band.input), output: parseUsd(band.output) }];
    });
  });

const cheapestOf = async (smoke: Smoke): Promise<PricedModel> => {
  const [first, ...others] = await modelsOf(smoke);
  if (first === undefined) throw new Skipped('The key may use no model.');
  return others.reduce((cheapest, one) => (one.output < cheapest.output ? one : cheapest), first);
};

/** The cheapest model that the key may use. */
export const modelOf = async (smoke: Smoke): Promise<string> => (await cheapestOf(smoke)).id;

interface Message {
  readonly type: string;
  readonly model: string;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

const PER_TOKENS = 1_000_000n;

/** What a message has cost by the prices of the list; `null`: another model has answered. */
const costOf = async (smoke: Smoke, model: string, usage: Message['usage']): Promise<PicoUsd | null> => {
  const { id, input, output } = await cheapestOf(smoke);
  if (familyOf(model) !== familyOf(id)) return null;
  return pico((input * BigInt(usage.input_tokens) + output * BigInt(usage.output_tokens)) / PER_TOKENS);
};

const question = async (smoke: Smoke) => ({
  model: await modelOf(smoke),
  messages: [{ role: 'user', content: TASK }],
});

export const VERSION = { 'anthropic-version': '2023-06-01' };
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
    const paid = paidCall(smoke, 'message');
    const reply = await smoke.stage.ask('/v1/messages', { body, headers: VERSION });
    expectStatus(reply, 200, 'POST /v1/messages');
    const { type, model, usage } = reply.json as Message;
    paid.cost = await costOf(smoke, model, usage);
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
    const paid = paidCall(smoke, 'message');
    const response = await smoke.stage.open('/v1/messages', { body, headers: VERSION });
    expectThat(response.ok, `It is answered with ${response.status}.`);
    const seen: string[] = [];
    let [model, usage] = ['', { input_tokens: 0, output_tokens: 0 }];
    try {
      for await (const { event, data } of decodeEvents(response.body ?? new ReadableStream())) {
        if (event === null) continue;
        seen.push(event);
        if (event !== 'message_start' && event !== 'message_delta') continue;
        const said = JSON.parse(data) as { readonly message?: Message; readonly usage?: Message['usage'] };
        model = said.message?.model ?? model;
        usage = { ...usage, ...said.message?.usage, ...said.usage };
      }
    } catch {
      // What is missing is said below.
    }
    const [first = 'nothing'] = seen;
    const last = seen.at(-1) ?? 'nothing';
    if (first !== 'message_start' || last !== 'message_stop')
      throw new Failed(`It begins with ${first}, and ends with ${last}.`);
    paid.cost = await costOf(smoke, model, usage);
    return `${seen.length} events.`;
  },
};

/** What clients of the Anthropic API see. */
export const GATEWAY = { models, messages, 'message-stream': messageStream } satisfies Record<string, SmokeCheck>;
