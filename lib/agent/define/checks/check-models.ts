import {
  CAPABILITIES,
  type Capability,
  capabilityOf,
  type Refused,
} from '../../../model-call/translate/capabilities.ts';
import type { Agent } from '../define-agent.ts';
import type { Check } from '../definition.ts';

const REFUSALS = {
  temperature: 'sampling',
  topP: 'sampling',
  topK: 'sampling',
} as const satisfies Record<string, Refused>;

const refusalOf = ({ thinking, ...agent }: Agent): readonly (readonly [option: string, refusal: Refused])[] => {
  const sampling = Object.entries(REFUSALS).filter(([name]) => agent[name as keyof typeof REFUSALS] !== null);
  if (thinking === null) return sampling;
  const ofThinking = { adaptive: 'adaptive-thinking', off: 'no-thinking' } as const;
  const refusal = typeof thinking === 'string' ? ofThinking[thinking] : 'manual-thinking';
  const shown = typeof thinking === 'string' ? `thinking: '${thinking}'` : 'thinking: { budgetTokens }';
  return [[shown, refusal], ...sampling];
};

const takes = ({ refuses }: Capability, refusal: Refused): boolean => !refuses.has(refusal);

/** Holds an agent's options to what each of its models takes; a stand-in gets its nearest. */
export const checkModels = (check: Check, agent: Agent): void => {
  const models = [...new Set(Object.values(agent.models))];
  check(
    agent.effort === null || models.some((model) => capabilityOf(model).efforts.length > 0),
    'effort is taken by none of its models: leave it out.',
  );
  for (const [option, refusal] of refusalOf(agent)) {
    const refusing = models.filter((model) => !takes(capabilityOf(model), refusal));
    const taking = Object.keys(CAPABILITIES).filter((model) => takes(capabilityOf(model), refusal));
    check(
      refusing.length === 0,
      `${option} is refused by ${refusing.join(', ')}: leave it out, or name models that take it (${taking.join(', ')}).`,
    );
  }
};
