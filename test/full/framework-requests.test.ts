import { createAnthropic } from '@ai-sdk/anthropic';
import { ChatAnthropic } from '@langchain/anthropic';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import type { OrdinaryRequest } from '../bounds/ordinary-requests.ts';
import type { JsonBody } from '../bounds/provider-bill.ts';
import { under } from '../bounds/under-limit.ts';

describe('what frameworks make of a call is let through under a limit', () => {
  /** Sends nothing: keeps what would be sent. */
  const capturing = () => {
    const sent: OrdinaryRequest[] = [];
    const fetch = async (_url: unknown, init?: RequestInit) => {
      const betas = new Headers(init?.headers).get('anthropic-beta')?.split(',') ?? [];
      sent.push({ what: 'sent', body: JSON.parse(init?.body as string) as JsonBody, betas });
      return new Response('{"type":"error","error":{"type":"invalid_request_error","message":"captured"}}', {
        status: 400,
      });
    };
    return { sent, fetch: fetch as typeof globalThis.fetch };
  };
  const allAnswered = async (sent: readonly OrdinaryRequest[]) => {
    expect(sent.length).toBeGreaterThan(0);
    for (const request of sent) expect(await under('400', request)).toBe('answered');
  };

  const SCHEMA = { type: 'object' as const, properties: { expression: { type: 'string' as const } } };
  const calculate = tool({ description: 'Works out.', inputSchema: jsonSchema(SCHEMA), execute: () => '42' });

  it.each<[what: string, options: (anthropic: ReturnType<typeof createAnthropic>) => object]>([
    ['a prompt', () => ({ prompt: 'a' })],
    ['tools of its own', () => ({ prompt: 'a', tools: { calculate }, toolChoice: 'auto' })],
    [
      'a cached system prompt',
      () => ({
        messages: [
          {
            role: 'system',
            content: 'a',
            providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } },
          },
          { role: 'user', content: 'b' },
        ],
        allowSystemInMessages: true,
      }),
    ],
    [
      'a picture and a PDF',
      () => ({
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
              { type: 'file', mediaType: 'application/pdf', data: 'JVBERi0=' },
            ],
          },
        ],
      }),
    ],
    [
      'thinking and effort',
      () => ({ prompt: 'a', providerOptions: { anthropic: { thinking: { type: 'adaptive' }, effort: 'high' } } }),
    ],
    [
      'edits of the context',
      () => ({
        prompt: 'a',
        providerOptions: { anthropic: { contextManagement: { edits: [{ type: 'clear_tool_uses_20250919' }] } } },
      }),
    ],
    [
      'a search of the web',
      (anthropic) => ({ prompt: 'a', tools: { web_search: anthropic.tools.webSearch_20250305({ maxUses: 2 }) } }),
    ],
    [
      'the provider’s tools',
      (anthropic) => ({
        prompt: 'a',
        tools: {
          bash: anthropic.tools.bash_20250124({}),
          memory: anthropic.tools.memory_20250818({}),
          editor: anthropic.tools.textEditor_20250728({}),
        },
      }),
    ],
    [
      'a search for tools',
      (anthropic) => ({ prompt: 'a', tools: { toolSearch: anthropic.tools.toolSearchBm25_20251119(), calculate } }),
    ],
  ])('the Vercel AI SDK: %s', async (_, options) => {
    const { sent, fetch } = capturing();
    const anthropic = createAnthropic({ apiKey: 'key', fetch });
    const asked = {
      model: anthropic('claude-sonnet-5-5'),
      maxRetries: 0,
      ...options(anthropic),
    } as unknown as Parameters<typeof generateText>[0];
    await generateText(asked).catch(() => undefined);
    const streamed = { ...asked, onError: () => {} } as unknown as Parameters<typeof streamText>[0];
    await Promise.resolve(streamText(streamed).text).catch(() => undefined);
    await allAnswered(sent);
  });

  it.each<[what: string, ask: (chat: ChatAnthropic) => Promise<unknown>]>([
    ['a prompt', (chat) => chat.invoke('a')],
    [
      'tools',
      (chat) => chat.bindTools([{ name: 'calculate', description: 'Works out.', input_schema: SCHEMA }]).invoke('a'),
    ],
    ['structured output', (chat) => chat.withStructuredOutput({ title: 'answer', ...SCHEMA }).invoke('a')],
    [
      'structured output by the provider',
      (chat) => chat.withStructuredOutput({ title: 'answer', ...SCHEMA }, { method: 'jsonSchema' }).invoke('a'),
    ],
    [
      'a search of the web',
      (chat) => chat.bindTools([{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }]).invoke('a'),
    ],
    [
      'a search for tools',
      (chat) =>
        chat.bindTools([{ type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }]).invoke('a'),
    ],
  ])('LangChain: %s', async (_, ask) => {
    const { sent, fetch } = capturing();
    const chat = new ChatAnthropic({
      model: 'claude-sonnet-5-5',
      apiKey: 'key',
      maxTokens: 1_000,
      maxRetries: 0,
      clientOptions: { fetch },
    });
    await ask(chat).catch(() => undefined);
    await allAnswered(sent);
  });
});
