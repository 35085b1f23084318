import type { Agent } from '../define/define-agent.ts';
import { type LinearPattern, linearPattern } from './linear-pattern.ts';

/** A text that somebody has written for an agent. */
export interface InputText {
  /** Where it stands in the request. */
  readonly path: string;
  readonly text: string;
}

/** The rule of an agent that a text breaks. */
export interface DeniedInput {
  readonly rule: string;
  readonly path: string;
}

/** By the agent's own rules: what they remember of texts is worth keeping. */
const compiled = new WeakMap<Agent['denyInput'], readonly (readonly [rule: string, matches: LinearPattern])[]>();

/**
 * The first turn that an agent does not take, by its first rule; `null`: it takes them all. The texts of a turn are judged as the model
 * reads them, one behind the other. The path is that of the text that breaks the rule, or of the turn's first where several do together.
 */
export const deniedInput = (
  { denyInput }: Pick<Agent, 'denyInput'>,
  turns: readonly (readonly InputText[])[],
): DeniedInput | null => {
  const rules =
    compiled.get(denyInput) ??
    Object.entries(denyInput).map(([rule, pattern]) => [rule, linearPattern(pattern)] as const);
  compiled.set(denyInput, rules);
  for (const turn of turns)
    for (const [rule, matches] of rules) {
      if (!matches(turn.map(({ text }) => text))) continue;
      const broken = turn.find(({ text }) => matches(text)) ?? turn[0];
      return { rule, path: broken?.path ?? '' };
    }
  return null;
};
