import { alwaysThinks, wrongThinking } from './check-thinking.ts';
import { conversationOf } from './conversation.ts';
import { readDirectives } from './directives.ts';
import type { SimulatedModel } from './models.ts';
import { blocksOf, type CountRequest, type MessagesRequest } from './request.ts';

/** From this API version on sampling parameters are refused by every model and at every value. */
const WITHOUT_SAMPLING = '2026-10-21';

const wrongSampling = (request: MessagesRequest, model: SimulatedModel, apiVersion: string): string | null => {
  const given = (['temperature', 'top_p', 'top_k'] as const).filter((name) => request[name] !== undefined);
  const name = given[0];
  if (name === undefined) return null;
  if (apiVersion >= WITHOUT_SAMPLING) return `${name}: Extra inputs are not permitted`;
  if (request.temperature !== undefined && request.top_p !== undefined) {
    return '`temperature` and `top_p` cannot both be specified for this model';
  }
  const isDefault = given.length === 1 && request.temperature === 1;
  return model.version >= 4.7 && !isDefault ? `\`${name}\` is not supported by this model` : null;
};

/** The always thinking ones refuse to skip it for a forced tool, but for the first of them. */
const refusesForcedTools = (model: SimulatedModel): boolean => alwaysThinks(model) && model.version > 5;

const wrongToolChoice = ({ tool_choice: choice, tools }: CountRequest, model: SimulatedModel): string | null => {
  if (choice?.type !== 'any' && choice?.type !== 'tool') return null;
  if (refusesForcedTools(model)) return `tool_choice: type "${choice.type}" is not supported for this model`;
  if (!tools?.length) return 'tool_choice: may only be specified while providing tools';
  const isThere = choice.type === 'any' || tools.some((tool) => tool.name === choice.name);
  return isThere ? null : `tool_choice: tool ${String(choice.name)} not found in provided tools`;
};

/** A turn that was paused is handed back as it is: that is no prefill. */
const isResumed = (request: CountRequest): boolean => {
  const last = request.messages.at(-1);
  if (last && blocksOf(last.content).some((block) => block.type === 'server_tool_use')) return true;
  const { directives } = readDirectives(conversationOf(request).lastUserText);
  return directives.some(({ effect }) => effect.kind === 'stop' && effect.reason === 'pause_turn');
};

const wrongPrefill = (request: CountRequest, model: SimulatedModel): string | null =>
  model.version >= 4.6 && request.messages.at(-1)?.role === 'assistant' && !isResumed(request)
    ? 'This model does not support assistant message prefill. The conversation must end with a user message.'
    : null;

const wrongSystem = (request: CountRequest, model: SimulatedModel): string | null =>
  model.version < 4.8 && request.messages.some(({ role }) => role === 'system')
    ? "role 'system' is not supported on this model"
    : null;

const wrongGeo = (request: MessagesRequest, model: SimulatedModel): string | null =>
  model.version < 4.6 && (request['inference_geo'] ?? null) !== null ? 'inference_geo is not supported' : null;

/**
 * What this very model would refuse; `null` when nothing. By the public migration guides: prefill from 4.6 on, sampling
 * parameters from 4.7 on, forced tools on the newer of those that always think; system messages and geography before.
 */
export const refusedByModel = (request: MessagesRequest, model: SimulatedModel, apiVersion: string): string | null => {
  if (request.max_tokens > model.maxOutputTokens) {
    return `max_tokens: ${request.max_tokens} > ${model.maxOutputTokens}, the maximum of ${model.id}`;
  }
  if (request.max_tokens === 0 && request.stream === true) return 'max_tokens: 0 is not supported with streaming';
  return (
    wrongSampling(request, model, apiVersion) ??
    wrongThinking(request, model) ??
    wrongToolChoice(request, model) ??
    wrongPrefill(request, model) ??
    wrongSystem(request, model) ??
    wrongGeo(request, model)
  );
};
