import { type FunctionDefinition, readTriggers } from './triggers.ts';

/** A function that EventBridge calls with the events of the default bus that its pattern matches. */
export interface EventRule {
  readonly definition: FunctionDefinition;
  readonly matches: (event: object) => boolean;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One written with a variable, or that is no literal, is of a deployment, and matches whatever is there. */
const isLiteral = (matcher: unknown): boolean => typeof matcher === 'string' && !matcher.includes('${');

const matchesValue = (wanted: unknown, value: unknown): boolean => {
  if (isObject(wanted)) {
    return Object.entries(wanted).every(([name, each]) => isObject(value) && matchesValue(each, value[name]));
  }
  if (!Array.isArray(wanted) || value === undefined) return false;
  return wanted.some((matcher) => !isLiteral(matcher) || matcher === value);
};

const patternOf = (event: unknown): object | undefined => {
  const { eventBridge } = (event ?? {}) as { eventBridge?: { enabled?: boolean; pattern?: object } };
  return eventBridge?.enabled === false ? undefined : eventBridge?.pattern;
};

/**
 * Reads the rules of EventBridge out of the text of `serverless.yml`: patterns of literals, which is what the events of this
 * process are told apart by. A rule that is not enabled is left out.
 */
export const readEventRules = (yaml: string): EventRule[] =>
  readTriggers(yaml, patternOf).map(({ definition, trigger }) => ({
    definition,
    matches: (event) => matchesValue(trigger, event),
  }));

/** Calls the function of each rule that matches the event, one after the other. Rejects with what one throws. */
export const createEventBus =
  (rules: readonly EventRule[], handlers: ReadonlyMap<string, (event: unknown) => Promise<unknown>>) =>
  async (event: object): Promise<void> => {
    for (const { definition, matches } of rules) if (matches(event)) await handlers.get(definition.name)?.(event);
  };
