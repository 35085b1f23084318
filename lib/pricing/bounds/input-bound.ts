import { objectOf } from '../../kernel/json.ts';
import { inputTokenBound } from '../pricing.ts';
import { COUNTED, NO_INPUT } from './billable-features.ts';
import { judgeRequest, type Unpriceable } from './judge-request.ts';

export interface InputBound {
  /** The most input tokens, cached ones included, that the request can be billed for. */
  readonly tokens: number;
  /** Bytes of it without media, whose base64 says nothing about tokens. */
  readonly textBytes: number;
  /**
   * Whether the provider's `count_tokens` may replace `tokens`: it knows neither what server tools will read, nor what it is not
   * shown, nor what is not on the list.
   */
  readonly countable: boolean;
  readonly oneHourCacheWrites: boolean;
  /** Web searches that the request allows, which are billed besides their tokens. */
  readonly webSearches: number;
  /** Empty, or `tokens` bounds nothing. */
  readonly unpriceable: readonly Unpriceable[];
}

/**
 * How often the provider asks a model again within one request before it answers `pause_turn`, at its default. `max_uses` bounds what is
 * found, not how often the model asks for it: a call beyond it gets an error, and the model is asked again.
 */
export const MOST_SERVER_TURNS = 10;

/** What a refused call of a tool adds to the next turn, in tokens. */
const REFUSED_CALL_TOKENS = 500;

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isCountable = (name: string): boolean => (COUNTED as readonly string[]).includes(name) || NO_INPUT.has(name);

/** All turns of a request, each of which reads again what the ones before it have read, found and written. */
const overServerTurns = (
  first: number,
  turns: number,
  output: number,
  contextWindow: number,
  foundBy: (turn: number) => number,
): number => {
  let tokens = first;
  for (let turn = 1; turn <= turns; turn += 1)
    tokens += Math.min(first + output + foundBy(turn) + turn * REFUSED_CALL_TOKENS, contextWindow);
  return tokens;
};

/**
 * The bound of any body of the Messages API. `bytes` are those of the text that is sent, of which `request` was parsed or which was made
 * of it; each token is at least one of them, but for media and what the provider adds. With `usual` the web is taken to bring what it
 * usually does at most, and to be asked no oftener than it answers: no bound, for those who have done without one.
 */
export const inputBoundOf = (
  request: unknown,
  bytes: number,
  contextWindow: number,
  { usual = false }: { readonly usual?: boolean } = {},
): InputBound => {
  const body = objectOf(request);
  const { addedTokens, mediaBytes, perServerTurn, pendingCalls, web, ...judged } = judgeRequest(request, contextWindow);
  const { oneHourCacheWrites, webSearches, unpriceable } = judged;
  const textBytes = bytes - mediaBytes;
  const first = inputTokenBound(textBytes, addedTokens, contextWindow);
  const output = Number(body['max_tokens']) || 0;
  const inTurns = (perTurn: number): number => {
    // A turn follows a call, which the model has to write: a token at least. Filling the prompt cache, it writes none.
    const turns = Math.min(MOST_SERVER_TURNS, isWhole(body['max_tokens']) ? output + pendingCalls : MOST_SERVER_TURNS);
    if (usual && web.uses > 0)
      return overServerTurns(
        first,
        Math.min(turns, web.uses + 1),
        output,
        contextWindow,
        (turn) => Math.min(turn, web.uses) * web.usualTokens,
      );
    return overServerTurns(first, turns, output, contextWindow, (turn) => turn * perTurn);
  };
  return {
    tokens: perServerTurn === null ? first : inTurns(perServerTurn),
    textBytes,
    countable: perServerTurn === null && unpriceable.length === 0 && Object.keys(body).every(isCountable),
    oneHourCacheWrites,
    webSearches,
    unpriceable,
  };
};
