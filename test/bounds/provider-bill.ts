import { pico, type PicoUsd } from '../../lib/kernel/money.ts';

export type JsonBody = Readonly<Record<string, unknown>>;

export interface ProviderBill {
  readonly usage: JsonBody & { readonly output_tokens: number };
  readonly cost: PicoUsd;
  /** What `count_tokens` says of the request: it knows nothing of tools that the provider runs. */
  readonly counted: number;
}

/**
 * What the provider may bill at most, written down from its published prices and guides and from nothing of Ballast's. US dollars per
 * million tokens. `over`: all of a request whose prompt is longer.
 */
const MODELS: Readonly<
  Record<string, { input: number; output: number; fast?: number; window: number; over?: [number, number, number] }>
> = {
  'claude-opus-5-5': { input: 4, output: 20, fast: 2, window: 1_000_000 },
  'claude-sonnet-5-5': { input: 2, output: 10, window: 1_000_000 },
  'claude-haiku-5-5': { input: 0.1, output: 0.5, window: 1_000_000, over: [100_000, 0.5, 2.5] },
  'claude-haiku-4-5': { input: 1, output: 5, window: 200_000 },
};
export const BILLED_MODELS = Object.keys(MODELS);

/** What nobody knows may cost anything. */
const DEAR_USD = 1_000;
const SERVER_TURNS = 10;
const IMAGE_TOKENS = 4_784;
const PREAMBLE_TOKENS = 1_234;

const OWN_DATA = new Set(['input', 'input_schema', 'input_examples', 'schema', 'metadata']);

/** Settings of what costs the window already, or of where to search. */
const COSTS_NO_MORE = new Set(['configs', 'tabs', 'state_changes', 'url_sources', 'user_location']);

const objects = (value: unknown): JsonBody[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(objects);
  const inner = Object.entries(value).flatMap(([name, each]) => (OWN_DATA.has(name) ? [] : objects(each)));
  return [value as JsonBody, ...inner];
};

/** A tokenizer as bad as one can be: a token for each byte of text, and two around everything. Images are told apart. */
const tokensOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + tokensOf(each), 2);
  const { type, source } = value as { type?: unknown; source?: { type?: unknown } };
  if (type === 'image') return IMAGE_TOKENS + (source?.type === 'base64' ? 0 : tokensOf(source));
  return Object.entries(value).reduce((sum, [name, each]) => sum + name.length + tokensOf(each), 2);
};

const ENCRYPTED =
  /^(web_search|web_fetch|advisor|(bash_|text_editor_)?code_execution)_tool_result$|^(compaction|browser_state)$/;

/** The dearest that a request allows; what no client knows costs what nobody can say. */
export const dearestBill = (body: JsonBody, betas: readonly string[]): ProviderBill => {
  const { model, max_tokens: most, speed, inference_geo: geo, service_tier: tier } = body;
  const prices = MODELS[String(model)];
  if (prices === undefined) throw new Error(`no price of ${String(model)}`);
  const window = prices.window;
  const all = objects(body);
  const typeOf = ({ type }: JsonBody) => (typeof type === 'string' ? type : '');
  const of = (pattern: RegExp) => all.filter((each) => pattern.test(typeOf(each)));
  const results = new Set(all.filter((each) => typeOf(each) !== 'tool_result').map((each) => each['tool_use_id']));
  const pending = of(/^(server|mcp)_tool_use$/)
    .filter(({ id }) => !results.has(id))
    .map((each) => (typeOf(each) === 'mcp_tool_use' ? 'mcp' : String(each['name'])));

  // What is billed besides, or has no end.
  const isSet = (value: unknown) =>
    value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  const unknown =
    /hologram/.test(
      JSON.stringify([body, betas], (name, value: unknown) =>
        OWN_DATA.has(name) || COSTS_NO_MORE.has(name) ? null : value,
      ),
    ) ||
    ['fallbacks', 'mcp_servers', 'container', 'thread', 'compaction', 'workspace_id'].some((name) =>
      isSet(body[name]),
    ) ||
    of(/^(code_execution_\d+|advisor_\d+|mcp_toolset|compact_\d+|container_upload|mcp_tool_listing)$/).some(
      (each) => !('tool_id' in each) && !isCaller(each),
    ) ||
    of(/^mcp_tool(set)?_reference$/).some((each) => isAdded(all, each)) ||
    pending.some((name) => !/^(web_|tool_search)/.test(name)) ||
    of(/^document$/).some(({ source }) => ['url', 'file'].includes(String((source as JsonBody)['type']))) ||
    (speed === 'fast' && prices.fast === undefined) ||
    (isSet(tier) && !['auto', 'standard_only'].includes(String(tier))) ||
    (isSet(geo) && !['us', 'global'].includes(String(geo))) ||
    (betas.includes('context-1m-2025-08-07') && window < 1_000_000);

  // One turn of the model's.
  const opaque =
    all.some((each) => ENCRYPTED.test(typeOf(each))) ||
    of(/^document$/).some(({ source }) => (source as JsonBody)['type'] === 'base64') ||
    of(/^document$/).some(
      ({ citations, source }) =>
        (citations as JsonBody | null)?.['enabled'] === true && (source as JsonBody)['type'] === 'text',
    );
  const definitions = all.filter((each) => 'input_schema' in each || /_\d{8}$/.test(typeOf(each)));
  const loadable = definitions.reduce((sum, each) => sum + tokensOf(each), 0);
  // One that is taken away is not read.
  const removed = new Set(of(/^tool_removal$/).map((each) => each['tool']));
  const read = of(/^tool_reference$/).filter((each) => !removed.has(each));
  const references = read.reduce((sum, each) => {
    const name = each['tool_name'] ?? each['name'];
    const sizes = definitions.filter((definition) => definition['name'] === name).map(tokensOf);
    return sum + (sizes.length === 0 ? window : Math.max(...sizes));
  }, 0);
  const preambles = of(/^(bash|text_editor|computer|memory)_\d+$|^json_schema$|^tokens$/).length * PREAMBLE_TOKENS;
  const toolsets = of(/_toolset_\d+$/).length * 20_000;
  const { max_tokens: _, stream: __, ...prompt } = body;
  const one = Math.min(window, opaque ? window : tokensOf(prompt) + references + preambles + toolsets + 500);

  // Succession of the provider's own: refused calls of a tool make them too.
  const web = of(/^web_(search|fetch)_\d+$/);
  const webTools = web.filter((each) => !isCaller(each));
  // A tool that may be used no time finds nothing, and is asked in vain all the same.
  const findsInWeb = webTools.some((each) => each['max_uses'] !== 0) || pending.some((name) => name.startsWith('web_'));
  const isSearch =
    of(/^tool_search_tool_(bm25|regex)(_\d+)?$/).length > 0 || pending.some((name) => name.startsWith('tool_search'));
  const output = Number(most);
  let input = one;
  const isServed = webTools.length > 0 || findsInWeb || isSearch;
  // A call takes a token at least.
  const turns = isServed ? Math.min(SERVER_TURNS, output + pending.length) : 0;
  for (let turn = 1; turn <= turns; turn += 1)
    input += findsInWeb ? window : Math.min(window, one + output + turn * ((isSearch ? loadable : 0) + 200));
  const searches =
    web
      .filter((each) => typeOf(each).startsWith('web_search'))
      .reduce((sum, each) => sum + Number(each['max_uses'] ?? 500), 0) +
    pending.filter((name) => name === 'web_search').length;

  const [over, overInput, overOutput] = prices.over ?? [Number.POSITIVE_INFINITY, 0, 0];
  const isLong = input > over;
  const times = (speed === 'fast' ? (prices.fast ?? 12) : 1) * (geo === 'global' ? 1 : 1.1);
  const lifetimes = all.map((each) => each['ttl']).filter(isSet);
  const isCached = all.some((each) => isSet(each['cache_control']) || isSet(each['caching']));
  const write = lifetimes.includes('1h') ? 2 : isCached ? 1.25 : 1;
  // Pico-dollars a token, in hundredths, which keeps them whole.
  const rate = (usd: number) => BigInt(Math.round(usd * 1_000_000));
  const inputRate = rate((isLong ? overInput : prices.input) * times * write);
  const outputRate = rate((isLong ? overOutput : prices.output) * times);
  const cost =
    BigInt(input) * inputRate +
    BigInt(output) * outputRate +
    BigInt(searches) * 10_000_000_000n +
    (unknown ? BigInt(DEAR_USD) * 1_000_000_000_000n : 0n);
  const written = write === 1 ? 0 : input;
  return {
    cost: pico(cost),
    counted: Math.ceil(one / 1.05),
    usage: {
      input_tokens: input - written,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: 0,
      cache_creation: {
        ephemeral_5m_input_tokens: write === 2 ? 0 : written,
        ephemeral_1h_input_tokens: write === 2 ? written : 0,
      },
      output_tokens: output,
      server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
      inference_geo: geo === 'global' ? 'global' : 'us',
      ...(speed === 'fast' ? { speed } : {}),
      ...(unknown
        ? { iterations: [{ type: 'message', model: 'claude-fable-5-1', input_tokens: 100_000_000, output_tokens: 1 }] }
        : {}),
    },
  };
};

/** Who called a tool is no tool. */
const isCaller = (each: JsonBody): boolean =>
  Object.keys(each).every((name) => ['type', 'tool_id'].includes(name)) && !('max_uses' in each) && 'tool_id' in each;

/** A reference that is taken away asks for nothing. */
const isAdded = (all: readonly JsonBody[], reference: JsonBody): boolean =>
  all.some((each) => each['type'] === 'tool_addition' && each['tool'] === reference);
