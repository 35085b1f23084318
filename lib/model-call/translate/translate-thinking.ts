import type { MessageParam, ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { elementsOf, objectOf, typeOf } from '../../kernel/json.ts';
import type { ModelRequest } from '../provider.ts';
import { type Capability, type Effort, EFFORTS } from './capabilities.ts';
import { thinkingWithin } from './lower-max-tokens.ts';

/** `tool_use`, and those of tools that the provider runs. */
const callsTool = ({ content }: MessageParam): boolean =>
  elementsOf(content).some((block) => typeOf(block).endsWith('tool_use'));

/**
 * The nearest setting that the model takes; `undefined`: what it does when it is told nothing. Turned off and "between
 * tools" are the lowest setting of different models, so each stands for the other.
 */
const thinkingOf = (request: ModelRequest, refuses: Capability['refuses'], maxTokens: number) => {
  const { thinking, messages } = request;
  switch (thinking?.type) {
    case 'enabled':
      // A turn that called a tool would have to begin with thinking, of which none is left.
      if (refuses.has('manual-thinking') || messages.some(callsTool)) return undefined;
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
  if (!request.output_config) return { thinking, output_config: request.output_config };
  const { effort: asked, task_budget: budget, ...others } = objectOf(request.output_config);
  const thinksLess = thinking?.type === 'disabled' || thinking?.type === 'between_tools';
  const effort = effortOf(asked, thinksLess, capability);
  const output = {
    ...others,
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined || capability.refuses.has('task-budget') ? {} : { task_budget: budget }),
  };
  return { thinking, output_config: Object.keys(output).length === 0 ? undefined : output };
};
