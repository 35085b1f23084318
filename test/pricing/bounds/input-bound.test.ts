import { describe, expect, it } from 'vitest';
import { inputBoundOf, MOST_SERVER_TURNS } from '../../../lib/pricing/bounds/input-bound.ts';
import { jpeg, png } from '../../usage/pictures.ts';

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
      webSearches: 0,
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
    [
      'encrypted search results',
      user({ type: 'web_search_tool_result', content: [{ type: 'web_search_result', encrypted_content: 'x' }] }),
    ],
    [
      'references, which repeat the definitions of tools',
      user({
        type: 'tool_result',
        content: [{ type: 'tool_reference', tool_name: 'huge' }],
      }),
    ],
    ['a set of tools, whose text is not published', { ...user(), tools: [{ type: 'browser_toolset_20260801' }] }],
    ['more text than the window holds', user({ type: 'text', text: 'a'.repeat(WINDOW) })],
  ])('are the whole window for %s', (_, request) => {
    expect(boundOf(request)).toMatchObject({ tokens: WINDOW, countable: true, unpriceable: [] });
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

  it('have two thousand more for a format, which the provider describes to the model', () => {
    const format = { type: 'json_schema', schema: { type: 'object', properties: { ttl: { type: 'string' } } } };
    const request = { ...user(), output_config: { effort: 'high', format } };
    expect(boundOf(request).tokens).toBe(bytesOf(request) + 3_000);
  });

  it('have a tool’s definition more for each reference that repeats it', () => {
    const tool = { name: 'weigh', description: 'Weighs.', input_schema: { type: 'object' }, defer_loading: true };
    const reference = { type: 'tool_reference', tool_name: 'weigh' };
    const request = {
      ...user({ type: 'tool_result', tool_use_id: 't', content: [reference, reference] }),
      tools: [tool],
    };
    expect(boundOf(request)).toMatchObject({ tokens: bytesOf(request) + 1_000 + 2 * bytesOf(tool), countable: true });
  });
});

/** A turn that the provider pauses, and that a client sends back for it to go on. */
const paused = (...content: readonly object[]) => ({
  messages: [
    { role: 'user', content: 'Go.' },
    { role: 'assistant', content },
  ],
});
const call = (name: string) => ({ type: 'server_tool_use', id: 'srvtoolu_1', name, input: { query: 'x' } });

describe('turns of the provider’s own', () => {
  const searching = { type: 'web_search_20260318', name: 'web_search', max_uses: 1 };

  it.each<[what: string, request: object, searches: number]>([
    // A call beyond `max_uses` gets an error, and the model is asked again all the same.
    ['a search of the web, however rarely', { ...user(), tools: [searching] }, 1],
    ['two search tools', { ...user(), tools: [searching, { ...searching, max_uses: 5 }] }, 6],
    ['a fetch', { ...user(), tools: [{ type: 'web_fetch_20260318', name: 'web_fetch', max_uses: 3 }] }, 0],
    ['a search that still has to run', paused(call('web_search')), 1],
    ['a fetch that still has to run', paused(call('web_fetch')), 0],
  ])('read the window each after the first one for %s', (_, request, webSearches) => {
    const { tokens, ...bound } = boundOf(request);
    expect(bound).toMatchObject({ countable: false, webSearches, unpriceable: [] });
    expect(tokens).toBeGreaterThan(MOST_SERVER_TURNS * WINDOW);
    expect(tokens).toBeLessThan((MOST_SERVER_TURNS + 1) * WINDOW);
  });

  it('read what was written and an error each for a search of the web that may never be made', () => {
    const request = { ...SHARED, ...user(), tools: [{ ...searching, max_uses: 0 }] };
    const first = bytesOf(request) + 1_000;
    const later = Array.from({ length: MOST_SERVER_TURNS }, (_, at) => first + 1_000 + (at + 1) * 500);
    expect(boundOf(request)).toMatchObject({
      tokens: later.reduce((sum, each) => sum + each, first),
      countable: false,
      webSearches: 0,
      unpriceable: [],
    });
  });

  it.each<[what: string, request: object, turns: number]>([
    ['none where the model may write nothing', { ...user(), max_tokens: 0, tools: [searching] }, 0],
    ['as many as tokens, of which a call takes one', { ...user(), max_tokens: 3, tools: [searching] }, 3],
    ['one for a call that waits already', { ...paused(call('web_search')), max_tokens: 0, tools: [searching] }, 1],
    ['ten where nothing says how much it may write', { ...user(), tools: [searching] }, MOST_SERVER_TURNS],
    ['ten for a count that is none', { ...user(), max_tokens: -1, tools: [searching] }, MOST_SERVER_TURNS],
  ])('are %s', (_, request, turns) => {
    expect(boundOf(request).tokens).toBe(bytesOf(request) + 1_000 + turns * WINDOW);
  });

  it('are bounded by no limit of a page, which is approximate and holds for no PDF', () => {
    const fetching = { type: 'web_fetch_20260318', name: 'web_fetch', max_uses: 1, max_content_tokens: 1_000 };
    expect(boundOf({ ...user(), tools: [fetching] }).tokens).toBeGreaterThan(MOST_SERVER_TURNS * WINDOW);
  });

  it.each<[what: string, tools: readonly object[], found: readonly number[]]>([
    ['a large page for each search, and a turn after the last', [searching], [25_000, 25_000]],
    [
      'what a fetch may bring at most',
      [{ type: 'web_fetch_20260318', max_uses: 2, max_content_tokens: 4_000 }],
      [4_000, 8_000, 8_000],
    ],
    [
      'the larger for two tools, whose uses add up',
      [searching, { type: 'web_fetch_20260318', max_uses: 1, max_content_tokens: 40_000 }],
      [40_000, 80_000, 80_000],
    ],
    [
      'five times that without a limit',
      [{ type: 'web_search_20260318' }],
      [25_000, 50_000, 75_000, 100_000, 125_000, 125_000],
    ],
  ])('are taken for those who have done without a bound to find %s', (_, tools, found) => {
    const request = { ...SHARED, ...user(), tools };
    const first = bytesOf(request) + 1_000;
    const turns = found.map((each, at) => Math.min(first + 1_000 + each + (at + 1) * 500, WINDOW));
    expect(inputBoundOf(request, bytesOf(request), WINDOW, { usual: true }).tokens).toBe(
      turns.reduce((sum, each) => sum + each, first),
    );
  });

  it('read for a search of tools what is there, what was written, and the definitions once more each', () => {
    const tools = [
      { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
      { name: 'weigh', input_schema: { type: 'object' }, defer_loading: true },
    ];
    const request = { ...SHARED, ...user(), tools };
    const first = bytesOf(request) + 1_000;
    const definitions = bytesOf(tools[0] ?? {}) + bytesOf(tools[1] ?? {});
    const later = Array.from({ length: MOST_SERVER_TURNS }, (_, at) => first + 1_000 + (at + 1) * (definitions + 500));
    expect(boundOf(request)).toMatchObject({
      tokens: later.reduce((sum, each) => sum + each, first),
      countable: false,
      webSearches: 0,
      unpriceable: [],
    });
  });

  it('are none for calls whose results are there', () => {
    const result = {
      type: 'tool_search_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: { type: 'tool_search_tool_search_result', tool_references: [] },
    };
    const request = paused(call('tool_search_tool_bm25'), result);
    expect(boundOf(request)).toMatchObject({ tokens: bytesOf(request) + 1_000, countable: true });
  });
});

describe('what cannot be priced beforehand', () => {
  const tool = (fields: object) => ({ ...user(), tools: [{ name: 'a', input_schema: {} }, fields] });
  const document = (source: object) => user({ type: 'document', source });
  const told = (...content: readonly object[]) => ({ messages: [{ role: 'system', content }] });
  const added = (definition: object) => ({ type: 'tool_addition', tool: { type: 'tool_definition', definition } });
  const search = { type: 'web_search_20260318', name: 'web_search' };

  it.each<[what: string, request: object, path: string, name: string, needs?: string]>([
    ['searches without a limit', tool(search), 'tools.1', 'web_search_20260318', 'max_uses'],
    [
      'fetches with a limit of null',
      tool({ type: 'web_fetch_20260318', max_uses: null }),
      'tools.1',
      'web_fetch_20260318',
      'max_uses',
    ],
    ['a limit that is no count', tool({ ...search, max_uses: 1.5 }), 'tools.1', 'web_search_20260318', 'max_uses'],
    ['a negative limit', tool({ ...search, max_uses: -1 }), 'tools.1', 'web_search_20260318', 'max_uses'],
    ['a limit in words', tool({ ...search, max_uses: '5' }), 'tools.1', 'web_search_20260318', 'max_uses'],
    ['code execution', tool({ type: 'code_execution_20260521', max_uses: 1 }), 'tools.1', 'code_execution_20260521'],
    ['an advisor', tool({ type: 'advisor_20260301', max_uses: 1 }), 'tools.1', 'advisor_20260301'],
    ['tools of other servers', tool({ type: 'mcp_toolset' }), 'tools.1', 'mcp_toolset'],
    ['a tool that is not known yet', tool({ type: 'hologram_20270101', max_uses: 1 }), 'tools.1', 'hologram_20270101'],
    ['a later version of a known tool', tool({ type: 'bash_20270101' }), 'tools.1', 'bash_20270101'],
    ['a tool whose type is none', tool({ type: 7 }), 'tools.1', '7'],
    [
      'a known tool that asks for more',
      tool({ name: 'b', input_schema: {}, runs_on: 'server' }),
      'tools.1.runs_on',
      'runs_on',
    ],
    [
      'a tool declared in a system message',
      told(added(search)),
      'messages.0.content.0.tool.definition',
      'web_search_20260318',
      'max_uses',
    ],
    [
      'a server’s tools added in a system message',
      told({ type: 'tool_addition', tool: { type: 'mcp_toolset_reference', server_name: 's' } }),
      'messages.0.content.0.tool',
      'mcp_toolset_reference',
    ],
    [
      'a tool declared by a compaction',
      user({ type: 'compaction', content: 'x', tool_changes: [added({ type: 'advisor_20260301' })] }),
      'messages.0.content.0.tool_changes.0.tool.definition',
      'advisor_20260301',
    ],
    [
      'a tool declared in the system prompt',
      { ...user(), system: [added({ type: 'mcp_toolset' })] },
      'system.0.tool.definition',
      'mcp_toolset',
    ],
    ['code that still has to run', paused(call('code_execution')), 'messages.1.content.0', 'code_execution'],
    [
      'a tool of a server that still has to run',
      paused({ type: 'mcp_tool_use', id: 'm', name: 'web_search', server_name: 's' }),
      'messages.1.content.0',
      'mcp_tool_use',
    ],
    [
      'code that still has to run beside a search under the same id',
      paused(call('code_execution'), call('web_search')),
      'messages.1.content.0',
      'code_execution',
    ],
    [
      'the same the other way round, whatever result there is',
      paused(call('web_search'), call('code_execution'), { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1' }),
      'messages.1.content.1',
      'code_execution',
    ],
    [
      'code before a search under the same id, which has a result',
      paused(call('code_execution'), call('web_search'), { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1' }),
      'messages.1.content.0',
      'code_execution',
    ],
    [
      'a setting of thinking that is not known yet',
      { ...user(), thinking: { type: 'adaptive', block_binding: { type: 'hologram' } } },
      'thinking.block_binding.type',
      'type',
    ],
    [
      'a measure of an edit that is not known yet',
      {
        ...user(),
        context_management: { edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'hologram', value: 1 } }] },
      },
      'context_management.edits.0.keep',
      'hologram',
    ],
    [
      'servers',
      { ...user(), mcp_servers: [{ type: 'url', url: 'https://example.com' }] },
      'mcp_servers',
      'mcp_servers',
    ],
    ['a list of models', { ...user(), fallbacks: [{ model: 'claude-fable-5' }] }, 'fallbacks', 'fallbacks'],
    ['the default models', { ...user(), fallbacks: 'default' }, 'fallbacks', 'fallbacks'],
    ['a compaction', { ...user(), compaction: { type: 'summarize' } }, 'compaction', 'compaction'],
    [
      'an edit that compacts',
      { ...user(), context_management: { edits: [{ type: 'compact_20260112' }] } },
      'context_management.edits.0',
      'compact_20260112',
    ],
    [
      'an edit that is not known yet',
      { ...user(), context_management: { edits: [{ type: 'expand_20270101' }] } },
      'context_management.edits.0',
      'expand_20270101',
    ],
    ['a container', { ...user(), container: 'container_1' }, 'container', 'container'],
    [
      'a file for one',
      user({ type: 'container_upload', file_id: 'file_1' }),
      'messages.0.content.0',
      'container_upload',
    ],
    [
      'a thread, which the provider remembers',
      { ...user(), thread: { type: 'continue', previous_message_id: 'm' } },
      'thread',
      'thread',
    ],
    ['an address', document({ type: 'url', url: 'https://example.com/a.pdf' }), 'messages.0.content.0.source', 'url'],
    ['a file', document({ type: 'file', file_id: 'file_1' }), 'messages.0.content.0.source', 'file'],
    ['no kind of source', document({}), 'messages.0.content.0.source', 'source'],
    [
      'an address in the result of a tool',
      user({ type: 'tool_result', content: [{ type: 'document', source: { type: 'url' } }] }),
      'messages.0.content.0.content.0.source',
      'url',
    ],
    [
      'a source of images that is not known',
      user({ type: 'image', source: { type: 'camera' } }),
      'messages.0.content.0.source',
      'camera',
    ],
    ['a speed that is not known', { ...user(), speed: 'ludicrous' }, 'speed', 'ludicrous'],
    ['a tier that is not known', { ...user(), service_tier: 'first_class' }, 'service_tier', 'first_class'],
    ['a geography that is not known', { ...user(), inference_geo: 'moon' }, 'inference_geo', 'moon'],
    [
      'a lifetime that is not known',
      user({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '24h' } }),
      'messages.0.content.0.cache_control.ttl',
      '24h',
    ],
    ['a kind of thinking that is not known', { ...user(), thinking: { type: 'parallel' } }, 'thinking', 'parallel'],
    ['a choice of tools that is not known', { ...user(), tool_choice: { type: 'every' } }, 'tool_choice', 'every'],
    [
      'a format that is not known',
      { ...user(), output_config: { format: { type: 'video' } } },
      'output_config.format',
      'video',
    ],
    [
      'what a turn may not set',
      { messages: [{ role: 'system', content: 'a', output_config: { effort: 'low', speed: 'fast' } }] },
      'messages.0.output_config.speed',
      'speed',
    ],
    ['a member that is not known yet', { ...user(), hologram: false }, 'hologram', 'hologram'],
    ['a member called as what every object has', { ...user(), constructor: 1 }, 'constructor', 'constructor'],
    ['a block that is not known yet', user({ type: 'hologram' }), 'messages.0.content.0', 'hologram'],
    ['a block that is none', user(7), 'messages.0.content.0', '7'],
    ['a block without a type', user([{}]), 'messages.0.content.0.0', 'content'],
    ['a role that is not known', { messages: [{ role: 'director', content: 'a' }] }, 'messages.0.role', 'director'],
    ['a beta in the body', { ...user(), betas: ['hologram-2027-01-01'] }, 'betas', 'hologram-2027-01-01'],
    [
      'a larger window than the model’s price knows',
      { ...user(), betas: ['context-1m-2025-08-07'] },
      'betas',
      'context-1m-2025-08-07',
    ],
  ])('is %s', (_, request, path, name, needs) => {
    const found = needs === undefined ? { path, name } : { path, name, needs };
    // A count would not know it either, and it may be written to the cache for as long as there is one.
    expect(boundOf(request)).toMatchObject({ unpriceable: [found], countable: false, oneHourCacheWrites: true });
  });

  it.each<[what: string, request: object]>([
    [
      'fields that are null or empty',
      {
        ...user(),
        mcp_servers: [],
        fallbacks: null,
        container: null,
        compaction: null,
        speed: null,
        thread: null,
        tools: [],
        hologram: null,
      },
    ],
    [
      'edits that only clear',
      {
        ...user(),
        context_management: { edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'tool_uses', value: 3 } }] },
      },
    ],
    ['tools of the caller', tool({ type: 'custom', name: 'b', input_schema: {} })],
    ['limited server tools', tool({ type: 'web_fetch_20260318', max_uses: 3 })],
    ['searches for tools', tool({ type: 'tool_search_tool_bm25', name: 'tool_search_tool_bm25' })],
    ['tools taken away', told({ type: 'tool_removal', tool: { type: 'mcp_toolset_reference', server_name: 's' } })],
    ['a tool of the caller’s declared in a system message', told(added({ name: 'b', input_schema: {} }))],
    ['the usual speed', { ...user(), speed: 'standard' }],
    ['betas that only let a body say more', { ...user(), betas: ['context-management-2025-06-27'] }],
    // What is the client's own says nothing of what is asked of the provider.
    [
      'properties of a schema',
      tool({
        name: 'b',
        input_schema: { properties: { ttl: { type: 'speed' }, fallbacks: {} } },
        input_examples: [{ speed: 'fast' }],
      }),
    ],
    [
      'the input of a call',
      user({ type: 'tool_use', id: 'a', name: 'b', input: { type: 'advisor_20260301', ttl: '9h', tools: [search] } }),
    ],
    [
      'a schema of the answer',
      { ...user(), output_config: { format: { type: 'json_schema', schema: { container: { speed: 'fast' } } } } },
    ],
  ])('is nothing for %s', (_, request) => {
    expect(boundOf(request).unpriceable).toEqual([]);
  });

  it('names what stands deepest, and no more than a few of many', () => {
    const deep = Array.from({ length: 240 }).reduce<object>(
      (inner) => ({ type: 'tool_result', tool_use_id: 't', content: [inner] }),
      { type: 'hologram' },
    );
    expect(boundOf(user(deep)).unpriceable).toMatchObject([{ name: 'hologram' }]);
    const many = user(...Array.from({ length: 10_000 }, () => ({ type: 'hologram' })));
    expect(boundOf(many).unpriceable).toHaveLength(8);
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
    ['on a turn of the system', { messages: [{ role: 'system', content: [{ type: 'text', text: 'a', ...hour }] }] }],
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
    [
      'a schema with such a property',
      { ...user(), tools: [{ name: 'a', input_schema: { properties: { ttl: '1h' } } }] },
    ],
  ])('are not assumed for %s', (_, request) => {
    expect(boundOf(request).oneHourCacheWrites).toBe(false);
  });
});
