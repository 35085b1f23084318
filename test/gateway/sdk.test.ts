import type Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsNonStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textBlock } from '../../local/simulated-claude/wire.ts';
import { type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { reply, type ScriptedAnswer, toolCalls } from '../upstream/answers.ts';
import { png } from '../usage/pictures.ts';
import { paidOf, question } from './ask.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: Fleet;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleet();
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const asked = () => paidOf(fleet.upstream.requests).at(-1);
/** Ids are the upstream's count of its requests. */
const withoutId = ({ id, ...message }: Message): object => (expect(id).toMatch(/^msg_upstream_\d+$/), message);

const USAGE = { input: 1_234, output: 56, read: 78, write5m: 9, write1h: 10 };
const TOOL = {
  name: 'calculate',
  description: 'Works out.',
  input_schema: { type: 'object' as const, properties: {} },
};
const THINKING = { type: 'thinking' as const, thinking: 'Six times seven: schwer. 🚢', signature: 'c2lnbmVk' };
const CALL = { id: 'toolu_1', name: 'calculate', input: { expression: '6*7', nested: [{ ü: null }] } };

const CONTENT: readonly (readonly [string, ScriptedAnswer])[] = [
  ['text', reply('Weight, low down: héllo 🚢', { usage: USAGE })],
  ['thinking before text', reply([THINKING, textBlock('It is 42.')])],
  ['thinking that is redacted', reply([{ type: 'redacted_thinking', data: 'b3BhcXVl' }, textBlock('So.')])],
  ['calls of tools', toolCalls([CALL, { ...CALL, id: 'toolu_2' }], { text: 'Let me see.' })],
  ['no content at all', reply([], { stopReason: 'end_turn' })],
  ['a refusal', reply('No.', { stopReason: 'refusal' })],
  ['a reason to stop that nobody knows', reply('So.', { stopReason: 'tide_is_out' })],
  ['a stop sequence', reply('So.', { stopReason: 'stop_sequence', stopSequence: 'END' })],
];

const ASKED: readonly (readonly [string, Partial<MessageCreateParamsNonStreaming>])[] = [
  [
    'a system prompt with cache control',
    { system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
  ],
  ['tools, and which to use', { tools: [TOOL], tool_choice: { type: 'auto', disable_parallel_tool_use: true } }],
  ['settings of its thinking', { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
  ['metadata and stop sequences', { metadata: { user_id: 'u-1' }, stop_sequences: ['END'], service_tier: 'auto' }],
  [
    'an image',
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png(9, 9) } }],
        },
      ],
    },
  ],
  [
    'documents to cite',
    {
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              title: 'Log',
            },
            {
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: 'Aye.' },
              citations: { enabled: true },
            },
            { type: 'text', text: 'Which?', cache_control: { type: 'ephemeral' } },
          ],
        },
      ],
    },
  ],
  ['what no SDK knows yet', { future_setting: { depth: [1, { fathoms: 2 }] } } as object],
];

describe.each(SDKS)('%s, pointed at Ballast', (_title, Sdk) => {
  let client: Anthropic;
  let direct: Anthropic;
  beforeEach(() => {
    client = createClient(Sdk, fleet.servers[0], caller);
    direct = createClient(Sdk, fleet.upstream, caller, { fetch });
  });

  it.each(CONTENT)('gets the very message that Anthropic gives: %s', async (_content, answer) => {
    fleet.upstream.script('*', [answer]);
    const expected = withoutId(await direct.messages.create(question()));
    expect(withoutId(await client.messages.create(question()))).toEqual(expected);
    const streamed = await direct.messages.stream(question()).finalMessage();
    expect(withoutId(await client.messages.stream(question()).finalMessage())).toEqual(withoutId(streamed));
  });

  it('hears the very events that Anthropic sends', async () => {
    fleet.upstream.script('*', [reply([THINKING, textBlock('It is 42, and the rest of it.')], { usage: USAGE })]);
    const events = async (from: Anthropic) => {
      const heard = await Array.fromAsync(await from.messages.create({ ...question(), stream: true }));
      return JSON.stringify(heard).replace(/msg_upstream_\d+/, 'msg');
    };
    expect(await events(client)).toBe(await events(direct));
  });

  it.each(ASKED)('asks for %s as if nobody stood between', async (_what, over) => {
    fleet.upstream.script('*', [reply()]);
    const params = question(over);
    await client.messages.create(params);
    expect(asked()?.body).toEqual({ ...params, stream: true });
    await client.messages.stream(params).finalMessage();
    expect(asked()?.body).toEqual({ ...params, stream: true });
  });

  it.each(['create', 'stream'] as const)('uses tools over several turns: %s', async (form) => {
    fleet.upstream.script('*', [
      reply([THINKING, { type: 'tool_use', caller: { type: 'direct' }, ...CALL }]),
      reply('It is 42.'),
    ]);
    const ask = (messages: MessageParam[]) => {
      const params = { ...question(), tools: [TOOL], messages };
      return form === 'create' ? client.messages.create(params) : client.messages.stream(params).finalMessage();
    };
    const first = await ask(question().messages);
    expect(first.stop_reason).toBe('tool_use');
    const [, use] = first.content;
    expect(use).toMatchObject({ type: 'tool_use', id: CALL.id, name: CALL.name, input: CALL.input });
    const turns: MessageParam[] = [
      ...question().messages,
      { role: 'assistant', content: first.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: CALL.id, content: [{ type: 'text', text: '42' }] }],
      },
    ];
    expect((await ask(turns)).content).toMatchObject([{ type: 'text', text: 'It is 42.' }]);
    expect(asked()?.body?.['messages']).toEqual(turns);
    expect(JSON.stringify(asked()?.body?.['messages'])).toContain(THINKING.signature);
  });

  it('has its version and betas passed on, known or not, and its key kept from Anthropic', async () => {
    fleet.upstream.script('*', [reply()]);
    const betas = ['context-1m-2025-08-07', 'fathoms-2031-01-01'];
    for (const from of [direct, client])
      await from.beta.messages.create({ ...question(), betas }, { query: { beta: 'true' } });
    const [plain, passed] = paidOf(fleet.upstream.requests).slice(-2);
    expect(plain?.query).toBe('?beta=true');
    expect(passed?.query).toBe('?beta=true');
    expect(passed?.headers['anthropic-beta']).toBe(betas.join(','));
    expect(passed?.headers['anthropic-version']).toBe(plain?.headers['anthropic-version']);
    expect(JSON.stringify(passed?.headers)).not.toContain(caller.key);
  });

  it('counts tokens', async () => {
    const counting = { model: question().model, messages: question().messages, system: 'Be brief.', tools: [TOOL] };
    expect(await client.messages.countTokens(counting)).toEqual(await direct.messages.countTokens(counting));
    const [passed, plain] = fleet.upstream.requests.slice(-2);
    expect(passed?.path).toBe('/v1/messages/count_tokens');
    expect(passed?.raw).toEqual(plain?.raw);
  });

  it('is on the books as the gateway, and told its request’s id', async () => {
    const own = await fleet.addTenant();
    fleet.upstream.script('*', [reply('x', { usage: USAGE })]);
    const ask = createClient(Sdk, fleet.servers[1], own).messages.create(question());
    const { data, request_id: requestId } = await ask.withResponse();
    expect(requestId).toMatch(/^req_/);
    expect(requestId).not.toContain('upstream');
    const { groups } = (await (await own.ask('/usage?groupBy=agent')).json()) as { groups: object[] };
    expect(groups).toMatchObject([{ key: 'gateway', requests: 1, inputTokens: 1_234, outputTokens: 56 }]);
    expect(data.usage.output_tokens).toBe(56);
  });
});
