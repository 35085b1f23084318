import { isSet, type JsonObject, objectOf } from '../../kernel/json.ts';
import { imageTokenBound, MOST_IMAGE_TOKENS } from './image-bound.ts';
import type { Kind } from './judgement.ts';
import { BETAS, MILLION_TOKEN_BETAS } from './known-betas.ts';
import { type Path, walkRequest, writePath } from './walk-request.ts';

/** Something that a request asks for and whose price nobody can know before it has answered. */
export interface Unpriceable {
  /** Where, as an error names it (`tools.0`). */
  readonly path: string;
  /** What it calls itself: a type, a value, a member or a beta. */
  readonly name: string;
  /** What would bound it. */
  readonly needs?: 'max_uses';
}

/** What a request asks for that adds to its bill beyond the bytes it is written with. */
export interface Judgement {
  /** Infinite where only the context window bounds it. */
  readonly addedTokens: number;
  /** Bytes of base64 that are not read as text. */
  readonly mediaBytes: number;
  /** Tokens that each further turn of the provider's own adds to the one before; `null`: there is none. Infinite: up to the window. */
  readonly perServerTurn: number | null;
  /** Calls of the provider's tools that wait for their results: each makes a turn that the model did not ask for. */
  readonly pendingCalls: number;
  /** How often the web may be asked, and what an answer usually brings at most; it is no bound. */
  readonly web: { readonly uses: number; readonly usualTokens: number };
  readonly webSearches: number;
  readonly oneHourCacheWrites: boolean;
  /** Empty, or nothing of the above bounds the request. */
  readonly unpriceable: readonly Unpriceable[];
}

const MILLION = 1_000_000;

/** Tokens of a large page, by the provider's examples (a page of 100 kB). The usual page has a tenth of it. */
const LARGE_PAGE_TOKENS = 25_000;

/** Whether a beta changes no bound, for a model with that context window. */
export const isBoundedBeta = (beta: string, contextWindow: number): boolean =>
  BETAS.has(beta) || (MILLION_TOKEN_BETAS.has(beta) && contextWindow >= MILLION);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** As many as an error names. */
const MOST_NAMED = 8;

/** How often a tool of the web is usually used at most, where the request does not say. */
const USUAL_USES = 5;

/** Calls of the provider's tools that are bounded when they run in the next turn, by the tools' names. */
const SEARCHES: ReadonlySet<string> = new Set(['tool_search_tool_bm25', 'tool_search_tool_regex']);
const WEB: ReadonlySet<string> = new Set(['web_fetch', 'web_search']);

/** The provider's tool that is called; one of somebody else's server may bear the name of any. */
const toolOf = ({ type, name }: JsonObject): string => String(type === 'server_tool_use' ? name : type);

/** The definitions that references repeat; infinite where one is declared nowhere in the request. */
const referenced = (references: readonly string[], definitions: readonly JsonObject[]): number => {
  const sizes = new Map<unknown, number>();
  for (const definition of definitions) {
    const { name } = definition;
    sizes.set(name, Math.max(sizes.get(name) ?? 0, bytesOf(definition)));
  }
  return sum(references.map((name) => sizes.get(name) ?? Number.POSITIVE_INFINITY));
};

/** Judges a body by the list of billable features, for a model with that context window. */
export const judgeRequest = (body: unknown, contextWindow: number): Judgement => {
  let addedTokens = 0;
  let mediaBytes = 0;
  let webSearches = 0;
  let oneHourCacheWrites = false;
  let searchesTools = false;
  let hasWeb = false;
  let webUses = 0;
  let usualTokens = 0;
  const unpriceable: Unpriceable[] = [];
  const references: string[] = [];
  const definitions: JsonObject[] = [];
  /** Calls of the provider's tools that have no result yet, by their ids. */
  const waiting = new Map<unknown, { readonly tool: string; readonly path: Path }[]>();

  const unpriced = (name: string, path: Path, needs?: 'max_uses') => {
    if (unpriceable.length < MOST_NAMED) unpriceable.push({ path: writePath(path), name, ...(needs && { needs }) });
  };

  const image = ({ type, data }: JsonObject) => {
    if (type === 'base64' && typeof data === 'string') {
      addedTokens += imageTokenBound(data);
      mediaBytes += Buffer.byteLength(data);
    } else addedTokens += MOST_IMAGE_TOKENS;
  };

  const document = ({ source, citations }: JsonObject) => {
    const { type } = objectOf(source);
    // The pages of a PDF can't be counted by its bytes. To be cited, a text is cut into numbered sentences, which can be shorter than
    // their numbers.
    const isCut = type === 'text' && objectOf(citations)['enabled'] === true;
    if (isCut || type === 'base64') addedTokens = Number.POSITIVE_INFINITY;
  };

  const measure = (value: JsonObject, { bound }: Kind, path: Path) => {
    if (typeof bound === 'number') addedTokens += bound;
    else if (bound === 'window') addedTokens = Number.POSITIVE_INFINITY;
    else if (bound === 'image') image(objectOf(value['source']));
    else if (bound === 'document') document(value);
    else if (bound === 'reference') references.push(String(value['tool_name'] ?? value['name']));
    else if (bound === 'server-use') {
      const id = isSet(value['id']) ? value['id'] : value;
      const calls = waiting.get(id) ?? [];
      calls.push({ tool: toolOf(value), path });
      waiting.set(id, calls);
    } else if (bound === 'tool-search') searchesTools = true;
    else if (bound === 'web-fetch' || bound === 'web-search') {
      hasWeb = true;
      const { max_uses: uses, max_content_tokens: most, type } = value;
      usualTokens = Math.max(usualTokens, isCount(most) ? most : LARGE_PAGE_TOKENS);
      webUses += isCount(uses) ? uses : USUAL_USES;
      if (!isCount(uses)) unpriced(String(type), path, 'max_uses');
      else if (bound === 'web-search') webSearches += uses;
    }
  };

  walkRequest(body, {
    kind(value, kind, shape, path) {
      if (shape === 'tool') definitions.push(value);
      if (shape === 'cache_control' && value['ttl'] === '1h') oneHourCacheWrites = true;
      // Of several calls under one id a result does not say which of them it is of: all of them still wait.
      const { tool_use_id: of, type } = value;
      if (shape === 'content' && type !== 'tool_result' && waiting.get(of)?.length === 1) waiting.delete(of);
      measure(value, kind, path);
    },
    unknown: (_, name, path) => unpriced(name, path),
    model: () => {},
    beta: (name, path) => {
      if (!isBoundedBeta(name, contextWindow)) unpriced(name, path);
    },
  });

  const pending = [...waiting.values()].flat();
  for (const { tool, path } of pending) {
    if (SEARCHES.has(tool)) searchesTools = true;
    else if (WEB.has(tool)) {
      webUses += 1;
      usualTokens = Math.max(usualTokens, LARGE_PAGE_TOKENS);
    } else unpriced(tool, path);
    if (tool === 'web_search') webSearches += 1;
  }
  if (references.length > 0) addedTokens += referenced(references, definitions);
  // How much a page or a search brings is nowhere published: `max_content_tokens` is approximate, and holds for no PDF.
  const web = webUses > 0 ? Number.POSITIVE_INFINITY : 0;
  const found = searchesTools ? sum(definitions.map(bytesOf)) : 0;
  return {
    addedTokens,
    mediaBytes,
    webSearches,
    unpriceable,
    perServerTurn: hasWeb || web > 0 || searchesTools ? web + found : null,
    pendingCalls: pending.length,
    web: { uses: webUses, usualTokens },
    oneHourCacheWrites: oneHourCacheWrites || unpriceable.length > 0,
  };
};

/** Bytes of base64 in the blocks of a prompt, which say nothing about tokens. */
export const mediaBytesOf = (blocks: readonly unknown[]): number => judgeRequest({ system: blocks }, 0).mediaBytes;
