import type { Agent } from '../agent/define/define-agent.ts';
import { modelMapIn } from '../kernel/forms/model-map.ts';

/**
 * Agents with the models that their stage has in place of their own. Stand-ins stay as they are, and so does a model that
 * a request asks for. Throws an Error at start where a model has no price, or is put in the place of none.
 */
export const withStageModels = (
  agents: readonly Agent[],
  text: string,
  isPriced: (model: string) => boolean,
): readonly Agent[] => {
  const { byName, others } = modelMapIn(text);
  const own = new Set(agents.flatMap(({ models }) => Object.values(models)));
  for (const model of byName.keys())
    if (!own.has(model))
      throw new Error(`AGENT_MODELS: no agent has ${model} among its models. They have ${[...own].join(', ')}.`);
  const unpriced = [...byName.values(), ...(others === null ? [] : [others])].find((model) => !isPriced(model));
  if (unpriced !== undefined)
    throw new Error(
      `AGENT_MODELS: ${unpriced} has no known price, so it is never called: name another model, or give its price in MODEL_PRICES.`,
    );
  const inStage = (model: string): string => byName.get(model) ?? others ?? model;
  return agents.map((agent) => {
    const { simple, standard, complex } = agent.models;
    return { ...agent, models: { simple: inStage(simple), standard: inStage(standard), complex: inStage(complex) } };
  });
};
