import type { ToolChoice } from '@anthropic-ai/sdk/resources/messages/messages';
import { elementsOf, objectOf, typeOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import { withFormatInWords, withoutMembers } from './as-model-takes.ts';
import { type Capability, capabilityOf } from './capabilities.ts';
import { withoutEarlierThinking } from './earlier-thinking.ts';
import { withOneEffort } from './effort-of-turns.ts';
import { SAMPLING, takesSampling } from './sampling.ts';
import { thinkingFor } from './translate-thinking.ts';
import { type StandIn, whyUntranslatable } from './untranslatable.ts';

/**
 * A faster answer is to be had of few models and has a price of its own; a stand-in has no stand-ins of the provider's.
 */
const OF_THE_ASKED_MODEL = ['speed', 'fallbacks'];

const choiceFor = (choice: ToolChoice | undefined, refuses: Capability['refuses']): ToolChoice | undefined => {
  if (!refuses.has('forced-tools') || (choice?.type !== 'any' && choice?.type !== 'tool')) return choice;
  const { disable_parallel_tool_use: oneAtATime } = choice;
  return oneAtATime === undefined ? { type: 'auto' } : { type: 'auto', disable_parallel_tool_use: oneAtATime };
};

/** There is no earlier thinking left to clear, and a model that does not think refuses to be asked for it. */
const managementFor = (management: unknown): unknown => {
  const edits = elementsOf(objectOf(management)['edits']);
  const others = edits.filter((edit) => !typeOf(edit).startsWith('clear_thinking'));
  if (others.length === edits.length) return management;
  return others.length === 0 ? undefined : { ...objectOf(management), edits: others };
};

/**
 * The same request in a form that another model accepts, or `null` where it can't be said to that model without a
 * change of what it means (`whyUntranslatable` tells why). Settings that it refuses take its nearest, or are left out;
 * content is never rewritten, unknown fields pass, and what was asked is not touched.
 */
export const translate = (asked: ModelRequest, to: StandIn): ModelRequest | null => {
  if (whyUntranslatable(asked, to) !== null) return null;
  const capability = capabilityOf(to.model);
  const request = withFormatInWords(withOneEffort(asked), capability);
  const { refuses } = capability;
  const leftOut = [
    ...OF_THE_ASKED_MODEL,
    ...(takesSampling(capability, to.apiVersion) ? [] : SAMPLING),
    ...(refuses.has('inference-geo') ? ['inference_geo'] : []),
  ];
  const messages = withoutEarlierThinking(request.messages);
  const maxTokens = Math.min(request.max_tokens, to.maxOutputTokens);
  const changed = {
    ...request,
    model: to.model,
    max_tokens: maxTokens,
    messages,
    tool_choice: choiceFor(request.tool_choice, refuses),
    context_management: managementFor(objectOf(request)['context_management']),
    ...thinkingFor({ ...request, messages }, capability, maxTokens),
  };
  return withoutMembers(changed, leftOut);
};
