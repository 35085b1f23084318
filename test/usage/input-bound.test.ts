import { describe, expect, it } from 'vitest';
import { inputBoundOf, type UnpriceableFeature } from '../../lib/usage/input-bound.ts';
import { jpeg, png } from './pictures.ts';

const WINDOW = 200_000;
const image = (data: string) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } });
const user = (...content: readonly unknown[]) => ({ messages: [{ role: 'user', content }] });
const boundOf = (request: object) => inputBoundOf(request, Buffer.byteLength(JSON.stringify(request)), WINDOW);
const bytesOf = (request: object) => Buffer.byteLength(JSON.stringify(request));

const PICTURE = png(1_000, 1_000).padEnd(400_000, 'A');
const SHARED = { model: 'claude-opus-5-5', max_tokens: 1_000 };

describe('the most input tokens of a request', () => {
  it('are its bytes of UTF-8 and a thousand', () => {
    const request = { ...SHARED, system: 'Sei kurz.', messages: [{ role: 'user', content: '船 🚢 مرحبا' }] };
    expect(boundOf(request)).toEqual({
      tokens: bytesOf(request) + 1_000,
      textBytes: 127,
      countable: true,
      oneHourCacheWrites: false,
      unpriceable: [],
    });
  });

  it.each<[where: string, wrap: (block: object) => object]>([
    ['in a message', (block) => user(block)],
    ['in the result of a tool', (block) => user({ type: 'tool_result', tool_use_id: 't', content: [block] })],
    ['in a document', (block) => user({ type: 'document', source: { type: 'content', content: [block] } })],
    [
      'in a document in the result of a tool',
      (block) =>
        user({ type: 'tool_result', content: [{ type: 'document', source: { type: 'content', content: [block] } }] }),
    ],
  ])('count an image %s by its size and not by its base64', (_, wrap) => {
    const without = bytesOf(wrap(image('')));
    expect(boundOf(wrap(image(PICTURE))).tokens).toBe(without + 1_000 + 1_355);
  });

  it('add up over images, of unknown size and by address too', () => {
    const blocks = [
      image(png(28, 28)),
      image(jpeg([])),
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      { type: 'image' },
    ];
    const media = png(28, 28).length + jpeg([]).length;
    expect(boundOf(user(...blocks)).tokens).toBe(bytesOf(user(...blocks)) - media + 1_000 + 2 + 4 * 5_001);
  });

  it.each<[what: string, request: object]>([
    ['the input of a tool', user({ type: 'tool_use', name: 'draw', input: image(PICTURE.slice(0, 9_000)) })],
    ['the schema of a tool', { ...user(), tools: [{ name: 'draw', input_schema: image(PICTURE.slice(0, 9_000)) }] }],
    ['a text', user({ type: 'text', text: JSON.stringify(image(PICTURE.slice(0, 9_000))) })],
    ['metadata', { ...user(), metadata: image(PICTURE.slice(0, 9_000)) }],
  ])('count what only looks like an image in %s by its bytes', (_, request) => {
    expect(boundOf(request).tokens).toBe(bytesOf(request) + 1_000);
  });

  it('count the text of a document by its bytes', () => {
    const request = user({
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'é'.repeat(99) },
    });
    expect(boundOf(request).tokens).toBe(bytesOf(request) + 1_000);
  });

  it.each<[what: string, request: object]>([
    ['a PDF', user({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } })],
    [
      'a text to be cited, which is cut into numbered sentences',
      user({
        type: 'document',
        citations: { enabled: true },
        source: { type: 'text', data: 'A. B. C.' },
      }),
    ],
    ['encrypted search results', user({ type: 'web_search_tool_result', content: [{ encrypted_content: 'x' }] })],
    [
      'references, which repeat the definitions of tools',
      user({
        type: 'tool_result',
        content: [{ type: 'tool_reference', tool_name: 'huge' }],
      }),
    ],
    ['a block that is not known yet', user({ type: 'hologram' })],
    ['a block that is none', user(7)],
    [
      'a thread, which the provider remembers',
      { ...user(), thread: { type: 'continue', previous_message_id: 'msg_1' } },
    ],
    ['a set of tools, whose text is not published', { ...user(), tools: [{ type: 'browser_toolset_20260801' }] }],
    [
      'results nested deeper than is accepted',
      user(
        [1, 2, 3, 4].reduce<object>((content) => ({ type: 'tool_result', content: [content] }), {
          type: 'text',
          text: '',
        }),
      ),
    ],
    ['more text than the window holds', user({ type: 'text', text: 'a'.repeat(WINDOW) })],
  ])('are the whole window for %s', (_, request) => {
    // The provider's count does not take a thread.
    expect(boundOf(request)).toMatchObject({ tokens: WINDOW, countable: !('thread' in request), unpriceable: [] });
  });

  it('have two thousand more for each tool that the provider itself describes to the model', () => {
    const tools = [
      { type: 'bash_20250124', name: 'bash' },
      { type: 'text_editor_20250728' },
      { type: 'custom', name: 'a' },
    ];
    const request = { ...user(), tools };
    expect(boundOf(request).tokens).toBe(bytesOf(request) + 1_000 + 4_000);
  });

  it.each([
    [0, 1],
    [1, 2],
    [5, 6],
    [10, 11],
    [1_000_000, 11],
  ])('are the window for each turn that %i uses of server tools allow: %i', (uses, turns) => {
    const request = { ...user(), tools: [{ type: 'web_search_20260318', name: 'web_search', max_uses: uses }] };
    const { tokens, countable } = boundOf(request);
    expect(tokens).toBe(turns === 1 ? bytesOf(request) + 3_000 : turns * WINDOW);
    expect(countable).toBe(turns === 1);
  });
});

describe('what cannot be priced beforehand', () => {
  const tool = (fields: object) => ({ ...user(), tools: [{ name: 'a', input_schema: {} }, fields] });
  const document = (source: object) => user({ type: 'document', source });

  it.each<[feature: UnpriceableFeature, what: string, request: object]>([
    ['server-tool', 'searches without a limit', tool({ type: 'web_search_20250305' })],
    ['server-tool', 'fetches with a limit of null', tool({ type: 'web_fetch_20260318', max_uses: null })],
    ['server-tool', 'a limit that is no count', tool({ type: 'web_search_20250305', max_uses: 1.5 })],
    ['server-tool', 'a negative limit', tool({ type: 'web_search_20250305', max_uses: -1 })],
    ['server-tool', 'a limit in words', tool({ type: 'web_search_20250305', max_uses: '5' })],
    ['server-tool', 'code execution', tool({ type: 'code_execution_20260521', max_uses: 1 })],
    ['server-tool', 'an advisor', tool({ type: 'advisor_20260301', max_uses: 1 })],
    ['server-tool', 'a search for tools', tool({ type: 'tool_search_tool_bm25' })],
    ['server-tool', 'tools of other servers', tool({ type: 'mcp_toolset' })],
    ['server-tool', 'a tool that is not known yet', tool({ type: 'hologram_20270101', max_uses: 1 })],
    ['server-tool', 'a tool whose type is none', tool({ type: 7 })],
    ['mcp_servers', 'servers', { ...user(), mcp_servers: [{ type: 'url', url: 'https://example.com' }] }],
    ['fallbacks', 'a list of models', { ...user(), fallbacks: [{ model: 'claude-fable-5' }] }],
    ['fallbacks', 'the default', { ...user(), fallbacks: 'default' }],
    ['compaction', 'a compaction', { ...user(), compaction: { type: 'summarize' } }],
    [
      'compaction',
      'an edit that compacts',
      { ...user(), context_management: { edits: [{ type: 'compact_20260112' }] } },
    ],
    ['container', 'a container', { ...user(), container: 'container_1' }],
    ['container', 'a file for one', user({ type: 'container_upload', file_id: 'file_1' })],
    ['document-source', 'an address', document({ type: 'url', url: 'https://example.com/a.pdf' })],
    ['document-source', 'a file', document({ type: 'file', file_id: 'file_1' })],
    ['document-source', 'no source', document({})],
    [
      'document-source',
      'an address in the result of a tool',
      user({
        type: 'tool_result',
        content: [{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }],
      }),
    ],
    ['speed', 'the fast mode', { ...user(), speed: 'fast' }],
  ])('is told as %s: %s', (feature, _, request) => {
    expect(boundOf(request).unpriceable).toEqual([feature]);
  });

  it.each<[what: string, request: object]>([
    [
      'fields that are null or empty',
      {
        ...user(),
        ...{
          mcp_servers: [],
          fallbacks: null,
          container: null,
          compaction: null,
          speed: null,
          thread: null,
          tools: [],
        },
      },
    ],
    ['edits that only clear', { ...user(), context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }],
    ['tools of the caller', tool({ type: 'custom', name: 'b' })],
    ['limited server tools', tool({ type: 'web_fetch_20260318', max_uses: 3 })],
    ['the usual speed', { ...user(), speed: 'standard' }],
  ])('is nothing for %s', (_, request) => {
    expect(boundOf(request).unpriceable).toEqual([]);
  });

  it('names each once, whatever else is there', () => {
    const request = { ...tool({ type: 'mcp_toolset' }), mcp_servers: [{}], container: 'c', fallbacks: 'default' };
    expect(boundOf(request).unpriceable).toEqual(['container', 'fallbacks', 'mcp_servers', 'server-tool']);
  });
});

describe('writes to the one-hour cache', () => {
  const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  it.each<[where: string, request: object]>([
    ['for the request', { ...user(), ...hour }],
    ['on a tool', { ...user(), tools: [{ name: 'a', ...hour }] }],
    ['on the system prompt', { ...user(), system: [{ type: 'text', text: 'a', ...hour }] }],
    ['inside the result of a tool', user({ type: 'tool_result', content: [{ type: 'text', text: 'a', ...hour }] })],
    ['for a time that is not known', { ...user(), cache_control: { type: 'ephemeral', ttl: '24h' } }],
  ])('are seen %s', (_, request) => {
    expect(boundOf(request).oneHourCacheWrites).toBe(true);
  });

  it('are seen however the text of the request is spelt', () => {
    const json = '{"messages":[],"cache_control":{"\\u0074tl" : "\\u0031h"}}';
    expect(inputBoundOf(JSON.parse(json), Buffer.byteLength(json), WINDOW).oneHourCacheWrites).toBe(true);
  });

  it.each<[what: string, request: object]>([
    ['five minutes', { ...user(), cache_control: { type: 'ephemeral', ttl: '5m' } }],
    ['the default', { ...user(), cache_control: { type: 'ephemeral' } }],
    ['a text about them', user({ type: 'text', text: '"ttl":"1h"' })],
  ])('are not assumed for %s', (_, request) => {
    expect(boundOf(request).oneHourCacheWrites).toBe(false);
  });
});
