import type { Random } from '../../lib/kernel/clock.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import { seededRandom } from '../seeded-random.ts';

/** What the provider has generated, and read, by some moment; each is billed, shown or not. */
export interface Work {
  readonly output: number;
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWritten: number;
  readonly searches: number;
}

/** One event, and the work that is done when the next one comes at the latest. */
export interface Step {
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly done: Work;
}

/** A whole answer as the provider makes it. */
export interface Shape {
  readonly name: string;
  readonly request: ModelRequest;
  readonly geo: string | null;
  readonly writesForAnHour: boolean;
  readonly steps: readonly Step[];
}

const THINKING = ['off', 'hidden', 'summarised', 'shown'] as const;
const TOOLS = ['none', 'buffered', 'eager', 'server'] as const;
const CACHE = ['none', '5m', '1h'] as const;

const modelOf = (thinking: (typeof THINKING)[number], random: Random) =>
  thinking === 'off'
    ? ({ model: random() < 0.5 ? 'claude-haiku-4-5' : 'claude-opus-5', thinking: { type: 'disabled' } } as const)
    : { model: random() < 0.5 ? 'claude-opus-5-5' : 'claude-sonnet-5-5' };

const tool = (eager: boolean) => ({
  name: 'look',
  input_schema: { type: 'object' as const },
  ...(eager ? { eager_input_streaming: true } : {}),
});

/** A shape from a seed: its request, its events, and what the provider had done at each of them. */
export const recordedShape = (seed: number): Shape => {
  const random = seededRandom(seed);
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const thinking = THINKING[seed % 4] ?? 'off';
  const tools = TOOLS[Math.floor(seed / 4) % 4] ?? 'none';
  const cache = CACHE[Math.floor(seed / 16) % 3] ?? 'none';
  const geo = random() < 0.2 ? 'us' : null;
  const cached = cache === 'none' ? {} : { cache_control: { type: 'ephemeral' as const, ttl: cache } };
  const request = {
    ...modelOf(thinking, random),
    max_tokens: 30_000,
    system: [{ type: 'text', text: 'Keep the ship upright. '.repeat(whole(1, 40)), ...cached }],
    messages: [{ role: 'user', content: 'What now?' }],
    ...(tools === 'server' ? { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }] } : {}),
    ...(tools === 'buffered' || tools === 'eager' ? { tools: [tool(tools === 'eager')] } : {}),
  } as unknown as ModelRequest;

  const prompt = whole(20, 300);
  const written = cache === 'none' ? 0 : whole(0, 200);
  let work: Work = {
    output: 1,
    input: prompt,
    cacheRead: cache === 'none' ? 0 : whole(0, 200),
    cacheWritten: written,
    searches: 0,
  };
  const steps: Step[] = [];
  const show = (type: string, members: object, more: Partial<Work> = {}) => {
    work = { ...work, ...more };
    steps.push({ event: { type, ...members }, done: work });
  };
  /** Tokens that are generated after the last event, before any other says so. */
  const hide = (tokens: number) => {
    work = { ...work, output: work.output + tokens };
    const last = steps.pop();
    if (last !== undefined) steps.push({ ...last, done: work });
  };
  const usage = () => ({
    input_tokens: work.input,
    output_tokens: work.output,
    cache_read_input_tokens: work.cacheRead,
    cache_creation_input_tokens: work.cacheWritten,
    ...(work.searches > 0 && { server_tool_use: { web_search_requests: work.searches } }),
  });
  let index = -1;
  const begin = (content_block: object) => show('content_block_start', { index: (index += 1), content_block });
  const delta = (part: object, tokens: number) =>
    show('content_block_delta', { index, delta: part }, { output: work.output + tokens });
  const end = () => show('content_block_stop', { index });

  const text = () => {
    begin({ type: 'text', text: '' });
    for (let left = whole(1, 6); left > 0; left -= 1) {
      const tokens = whole(1, 30);
      // At its densest a token is a byte.
      delta({ type: 'text_delta', text: 'x'.repeat(tokens * whole(1, 5)) }, tokens);
      if (random() < 0.2) show('ping', {});
    }
    end();
  };
  const think = () => {
    if (thinking === 'off') return;
    const hidden = thinking === 'hidden';
    begin(
      random() < 0.2 ? { type: 'redacted_thinking', data: 'x' } : { type: 'thinking', thinking: '', signature: '' },
    );
    for (let left = whole(1, 4); left > 0; left -= 1) {
      if (thinking !== 'shown') hide(whole(50, 2_000));
      if (!hidden)
        delta({ type: 'thinking_delta', thinking: 'hm '.repeat(20) }, thinking === 'shown' ? whole(10, 40) : 0);
      if (random() < 0.4) show('ping', {});
    }
    delta({ type: 'signature_delta', signature: 'sig' }, 0);
    end();
  };
  const callTool = () => {
    // More than a model writes in a second would have been a silence.
    if (tools === 'buffered') hide(whole(10, 200));
    begin({ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} });
    if (tools === 'buffered') hide(whole(10, 300));
    for (let left = whole(1, 4); left > 0; left -= 1) {
      const tokens = tools === 'eager' ? whole(1, 20) : 0;
      delta({ type: 'input_json_delta', partial_json: tools === 'eager' ? ' '.repeat(tokens) : '   ' }, tokens);
    }
    delta({ type: 'input_json_delta', partial_json: '{}' }, 1);
    end();
  };
  const search = () => {
    hide(whole(5, 60));
    begin({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} });
    delta({ type: 'input_json_delta', partial_json: '{"query":"ballast"}' }, whole(1, 10));
    end();
    // What was found is read together with all that was read before.
    const read = prompt + whole(500, 20_000);
    work = { ...work, searches: work.searches + 1, input: work.input + read };
    hide(0);
    begin({ type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] });
    end();
  };

  const head = { id: 'msg', type: 'message', role: 'assistant', model: request.model, content: [], stop_reason: null };
  const split = cache === '1h' ? { ephemeral_1h_input_tokens: written } : { ephemeral_5m_input_tokens: written };
  show('message_start', {
    message: { ...head, usage: { ...usage(), cache_creation: split, ...(geo !== null && { inference_geo: geo }) } },
  });
  if (random() < 0.5) show('ping', {});
  think();
  if (tools === 'server') for (let left = whole(1, 3); left > 0; left -= 1) search();
  text();
  if (tools === 'buffered' || tools === 'eager') callTool();
  if (random() < 0.3) text();
  show('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: usage() });
  show('message_stop', {});
  const name = `${seed}: ${thinking} thinking, ${tools} tools, ${cache} cache`;
  return { name, request, geo, writesForAnHour: cache === '1h', steps };
};

/** Pico-dollars a token and a search, as the provider's own list has them. */
const RATES: Readonly<Record<string, { input: bigint; output: bigint; read: bigint }>> = {
  'claude-haiku-4-5': { input: 1_000_000n, output: 5_000_000n, read: 100_000n },
  'claude-opus-5': { input: 5_000_000n, output: 25_000_000n, read: 500_000n },
  'claude-opus-5-5': { input: 4_000_000n, output: 20_000_000n, read: 200_000n },
  'claude-sonnet-5-5': { input: 2_000_000n, output: 10_000_000n, read: 100_000n },
};
const SEARCH = 10_000_000_000n;

/** What the provider bills for the work that was done, in pico-dollars. */
export const billOf = ({ request, geo, writesForAnHour }: Shape, done: Work): bigint => {
  const rates = RATES[request.model];
  if (rates === undefined) throw new Error('no rate');
  const write = writesForAnHour ? rates.input * 2n : (rates.input * 5n) / 4n;
  const tokens =
    BigInt(done.input) * rates.input +
    BigInt(done.output) * rates.output +
    BigInt(done.cacheRead) * rates.read +
    BigInt(done.cacheWritten) * write;
  return (geo === 'us' ? (tokens * 11n) / 10n : tokens) + BigInt(done.searches) * SEARCH;
};
