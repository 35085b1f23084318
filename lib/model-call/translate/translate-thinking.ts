import type { MessageParam, ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { elementsOf, objectOf, typeOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import { type Capability, type Effort, EFFORTS } from './capabilities.ts';
import { thinkingWithin } from './lower-max-tokens.ts';

/**
 * A turn that calls a tool, the provider's own among them, and does not begin with thinking: under a manual budget it
 * would have to.
 */
const lacksThinking = ({ content }: MessageParam): boolean => {
  const types = elementsOf(content).map(typeOf);
  return types.some((type) => type.endsWith('tool_use')) && !/^(redacted_)?thinking$/.test(types[0] ?? '');
};

/**
 * The nearest setting that the model takes; `undefined`: what it does when it is told nothing. Turned off and "between
 * tools" are the lowest setting of different models, so each stands for the other.
 */
const thinkingOf = (request: ModelRequest, refuses: Capability['refuses'], maxTokens: number) => {
  const { thinking, messages } = request;
  switch (thinking?.type) {
    case 'enabled':
      if (refuses.has('manual-thinking') || messages.some(lacksThinking)) return undefined;
      return thinkingWithin(thinking, request.max_tokens, maxTokens);
    case 'adaptive':
      return refuses.has('adaptive-thinking') ? undefined : thinking;
    case 'disabled':
    case 'between_tools': {
      const lowest: ThinkingConfigParam['type'][] = [];
      if (!refuses.has('no-thinking')) lowest.push('disabled');
      if (!refuses.has('between-tools')) lowest.push('between_tools');
      const type = lowest.includes(thinking.type) ? thinking.type : lowest[0];
      return type === thinking.type ? thinking : type && ({ type } as ThinkingConfigParam);
    }
    default:
      return undefined;
  }
};

const isEffort = (value: unknown): value is Effort => EFFORTS.some((effort) => effort === value);

/** The highest level that the model has and that is not above what was asked. */
const effortOf = (asked: unknown, thinksLess: boolean, { refuses, efforts }: Capability): Effort | undefined => {
  const top = thinksLess && refuses.has('effort-without-thinking') ? 'high' : 'max';
  const atMost = Math.min(isEffort(asked) ? EFFORTS.indexOf(asked) : -1, EFFORTS.indexOf(top));
  return EFFORTS.findLast((effort, level) => level <= atMost && efforts.includes(effort));
};

/** `thinking` and `output_config` as the model takes them with so many output tokens; `undefined`: left out. */
export const thinkingFor = (
  request: ModelRequest,
  capability: Capability,
  maxTokens: number,
): { readonly thinking: ThinkingConfigParam | undefined; readonly output_config: unknown } => {
  const thinking = thinkingOf(request, capability.refuses, maxTokens);
  const thinksLess = thinking?.type === 'disabled' || thinking?.type === 'between_tools';
  return { thinking, output_config: outputConfigFor(request.output_config, thinksLess, capability) };
};

/** `output_config` as the model takes it; `undefined`: left out. `thinksLess`: thinking is at its lowest. */
export const outputConfigFor = (
  config: ModelRequest['output_config'] | null,
  thinksLess: boolean,
  capability: Capability,
): ModelRequest['output_config'] => {
  if (!config) return config ?? undefined;
  const { effort: asked, task_budget: budget, ...others } = objectOf(config);
  const effort = effortOf(asked, thinksLess, capability);
  const output = {
    ...others,
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined || capability.refuses.has('task-budget') ? {} : { task_budget: budget }),
  };
  return Object.keys(output).length === 0 ? undefined : output;
};
