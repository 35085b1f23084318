import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { APICallError, generateText, RetryError, streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { MODEL } from '../gateway/ask.ts';
import { rejection } from '../local/simulated-claude/ask.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { FULL } from '../sizes.ts';
import { neverAnswer, reply, resetBeforeHeaders, type ScriptedAnswer, status } from '../upstream/answers.ts';
import { endAfter } from '../upstream/broken.ts';

interface Call {
  readonly key: string;
  readonly url: string;
  readonly model: string;
  readonly prompt: string;
  readonly maxRetries: number;
  readonly fetch: typeof fetch;
}

/** Rejects with what the framework raises; both forms end in it. */
type Ask = (call: Call) => Promise<unknown>;

const vercelOf = ({ key, url, model, prompt, maxRetries, fetch }: Call) => ({
  model: createAnthropic({ apiKey: key, baseURL: `${url}/v1`, fetch })(model),
  prompt,
  maxRetries,
});
const chatOf = ({ key, url, model, maxRetries, fetch }: Call) =>
  new ChatAnthropic({
    model,
    maxRetries,
    maxTokens: 1_000,
    streamUsage: true,
    apiKey: key,
    anthropicApiUrl: url,
    clientOptions: { fetch },
  });

const FRAMEWORKS: readonly (readonly [string, Readonly<Record<'whole' | 'stream', Ask>>])[] = [
  [
    'the Vercel AI SDK',
    {
      whole: (call) => generateText(vercelOf(call)),
      async stream(call) {
        const told: unknown[] = [];
        const { fullStream } = streamText({ ...vercelOf(call), onError: ({ error }) => void told.push(error) });
        await Array.fromAsync(fullStream);
        if (told.length > 0) throw told[0];
      },
    },
  ],
  [
    'LangChain',
    {
      whole: (call) => chatOf(call).invoke(call.prompt),
      stream: async (call) => Array.fromAsync(await chatOf(call).stream(call.prompt)),
    },
  ],
];

/** Both tell by the status and by the envelope; neither has a class for each. */
const told = (raised: unknown): readonly [status: unknown, type: unknown] => {
  const error = RetryError.isInstance(raised) ? raised.lastError : raised;
  const envelope = APICallError.isInstance(error) ? error.data : (error as { error?: unknown }).error;
  const { statusCode, status: direct = statusCode } = error as { statusCode?: number; status?: number };
  return [direct, (envelope as { error?: { type?: unknown } } | undefined)?.error?.type];
};

interface Cause {
  readonly upstream?: ScriptedAnswer;
  readonly tenant?: object;
  readonly over?: Partial<Call>;
  readonly path?: string;
}

const LARGE = 'x'.repeat(6_400_000);
const DAY = { 'retry-after': '86400' };
const CASES: readonly (readonly [what: string, status: number, type: string, Cause])[] = [
  ['a request that the model refuses', 400, 'invalid_request_error', { upstream: status(400) }],
  ['a model that is not there', 400, 'invalid_request_error', { upstream: status(404) }],
  ['a key that nobody has', 401, 'authentication_error', { over: { key: 'nobody' } }],
  ['a budget of nothing', 402, 'billing_error', { tenant: { dailyBudgetUsd: '0' } }],
  ['a model that is not allowed', 403, 'permission_error', { tenant: { allowedModels: [] } }],
  ['a path that is not there', 404, 'not_found_error', { path: '/v1/nowhere' }],
  ['a body that is too large', 413, 'request_too_large', { over: { prompt: LARGE } }],
  ['a model without a price', 422, 'invalid_request_error', { over: { model: 'claude-fable-5-2' } }],
  ['a limit of the provider', 429, 'rate_limit_error', { upstream: status(429, { headers: DAY }) }],
  ['a connection that is cut', 502, 'api_error', { upstream: resetBeforeHeaders() }],
  ['a provider that is overloaded', 503, 'overloaded_error', { upstream: status(529) }],
  ['a provider that never answers', 504, 'timeout_error', { upstream: neverAnswer() }],
];
/** Neither reads `x-should-retry`: what they repeat if they may, by its status alone. */
const REPEATED: Readonly<Record<string, readonly number[]>> = {
  'the Vercel AI SDK': [429, 502, 503, 504],
  LangChain: [422, 502, 503, 504],
};

describe.skipIf(!FULL)('errors in frameworks', () => {
  let fleet: FleetOfOne;
  let caller: Caller;
  beforeAll(async () => {
    fleet = await startFleetOfOne({ MAX_RETRIES: '0', FIRST_TOKEN_TIMEOUT_MS: '400' });
    caller = await fleet.addTenant();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  /** What is raised, and how many requests left the framework for it. */
  const ask = async (framework: Ask, over: Partial<Call>, path = '') => {
    let asks = 0;
    const counted: typeof fetch = (...request) => {
      asks += 1;
      return describedFetch(...request);
    };
    const url = `${fleet.servers[0].url}${path}`;
    const call = { key: caller.key, url, model: MODEL, prompt: 'a', maxRetries: 0, fetch: counted, ...over };
    const raised = await rejection(framework(call));
    return { raised, asks };
  };
  /** A key that a model's limit has met rests for that model: each has one of its own. */
  const limited = ['4-8', '4-7', '4-6', '4-5'].map((version) => `claude-opus-${version}`);

  describe.each(FRAMEWORKS)('%s', (title, forms) => {
    it.each(CASES)(
      'tells of %s by %i and %s, and asks once where it may not repeat',
      async (_what, code, type, { upstream, tenant, over = {}, path }) => {
        fleet.upstream.script('*', [upstream ?? reply()]);
        const key = tenant === undefined ? {} : { key: (await fleet.addTenant(tenant)).key };
        for (const form of ['whole', 'stream'] as const) {
          const call = { ...key, ...(code === 429 ? { model: limited.pop()! } : {}), ...over };
          const before = fleet.upstream.requests.length;
          const once = await ask(forms[form], call, path);
          expect([...told(once.raised), once.asks]).toEqual([code, type, 1]);
          expect(fleet.upstream.requests).toHaveLength(before + (upstream === undefined ? 0 : 1));
          const again = await ask(forms[form], { ...call, maxRetries: 1 }, path);
          expect([...told(again.raised), again.asks]).toEqual([code, type, REPEATED[title]?.includes(code) ? 2 : 1]);
        }
      },
      30_000,
    );

    it('raises what breaks a stream in its middle, and does not ask again', async () => {
      fleet.upstream.script('*', [endAfter(5, reply('a text of some length'))]);
      const { raised, asks } = await ask(forms.stream, { maxRetries: 1 });
      expect(JSON.stringify(raised)).toContain('api_error');
      expect(asks).toBe(1);
    });
  });
});
