import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { elementsOf, isSet, objectOf, typeOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import { type Capability, capabilityOf } from './capabilities.ts';
import { withoutEarlierThinking } from './earlier-thinking.ts';
import { setsMoreThanEffort } from './effort-of-turns.ts';

/**
 * UTF-16 units to a token that no prompt reaches: English prose has about four, other scripts and code fewer. Only long
 * runs of one character, blanks above all, could.
 */
const MOST_UNITS_PER_TOKEN = 8;

/**
 * Pictures and pages cost by their size, and what is encrypted or signed by what it stands for: not by their
 * characters.
 */
const NOT_READ = new Set([
  'data',
  'encrypted_content',
  'encrypted_index',
  'encrypted_stdout',
  'file_id',
  'signature',
  'url',
]);

const unitsOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + unitsOf(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => sum + (NOT_READ.has(name) ? 0 : unitsOf(each)), 0);
};

/** A prompt has no fewer input tokens than this, as far as it is text; what is no text counts as none. */
export const minInputTokens = ({
  system,
  tools,
  messages,
}: Pick<ModelRequest, 'system' | 'tools' | 'messages'>): number =>
  Math.floor(unitsOf([system, tools, messages]) / MOST_UNITS_PER_TOKEN);

/** The model that a request is put to instead, with the sizes of its price. */
export interface StandIn {
  readonly model: string;
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
  /** The `anthropic-version` that the request goes out with. Default: the newest, which takes sampling from nobody. */
  readonly apiVersion?: string | undefined;
}

/**
 * Why a request can't be put to a model without a change of what it means. `settings-per-message`: a turn sets more than
 * its effort. `compaction` and `computer-use` differ from model to model in ways that are not translated; `empty`: only
 * thinking would have been said.
 */
export type Untranslatable =
  | 'prefill'
  | 'system-messages'
  | 'inference-geo'
  | 'settings-per-message'
  | 'compaction'
  | 'computer-use'
  | 'window'
  | 'empty';

/** A turn that the provider paused while it ran a tool of its own is handed back to be resumed, by whichever model. */
const isPaused = ({ content }: MessageParam): boolean =>
  /^(server|mcp)_tool_use$|._tool_result$/.test(typeOf(elementsOf(content).at(-1)));

const isPrefilled = (messages: readonly MessageParam[]): boolean => {
  const last = messages.findLast(({ role }) => role !== 'system');
  return last?.role === 'assistant' && !isPaused(last);
};

/** Compacted turns are signed; what compacts them is a beta of only some models. */
const compacts = (request: ModelRequest): boolean => {
  const { compaction, context_management: management } = objectOf(request);
  const edits = elementsOf(objectOf(management)['edits']);
  const blocks = request.messages.flatMap(({ content }) => elementsOf(content));
  return isSet(compaction) || [...edits, ...blocks].some((each) => /^compact(ion$|_)/.test(typeOf(each)));
};

type Check = (request: ModelRequest, refuses: Capability['refuses'], to: StandIn) => boolean;

const CHECKS: Readonly<Record<Untranslatable, Check>> = {
  empty: ({ messages }) => messages.length === 0,
  prefill: ({ messages }, refuses) => refuses.has('prefill') && isPrefilled(messages),
  'system-messages': ({ messages }, refuses) =>
    refuses.has('system-messages') && messages.some(({ role }) => role === 'system'),
  // Left out, the request would be worked on where its sender did not want it.
  'inference-geo': ({ inference_geo: geo }, refuses) => refuses.has('inference-geo') && isSet(geo) && geo !== 'global',
  'settings-per-message': setsMoreThanEffort,
  compaction: compacts,
  'computer-use': ({ tools }) => elementsOf(tools).some((tool) => typeOf(tool).startsWith('computer_')),
  window: (request, _refuses, { contextWindow }) => minInputTokens(request) > contextWindow,
};

/** Why `translate` has no form of the request for a model, for an operator to read; `null`: it has one. */
export const whyUntranslatable = (request: ModelRequest, to: StandIn): Untranslatable | null => {
  const { refuses } = capabilityOf(to.model);
  const said = { ...request, messages: withoutEarlierThinking(request.messages) };
  const reasons = Object.keys(CHECKS) as Untranslatable[];
  return reasons.find((reason) => CHECKS[reason](said, refuses, to)) ?? null;
};
