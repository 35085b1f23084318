import type { AgentOptions } from '../agent-options.ts';
import { type Check, checkNames, isObject, isWhole } from '../definition.ts';

const LEAST_THINKING_TOKENS = 1_024;
const MOST_CANDIDATES = 500;

const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

const checkThinking = (check: Check, { thinking, maxOutputTokens = 4_096 }: AgentOptions): void => {
  check(
    thinking === undefined || thinking === 'adaptive' || thinking === 'off' || isObject(thinking),
    "thinking is 'adaptive', 'off' or { budgetTokens: 2000 }.",
  );
  if (!isObject(thinking)) return;
  checkNames((holds, sentence) => check(holds, `thinking.${sentence}`), thinking, { budgetTokens: true });
  check(
    isWhole(thinking.budgetTokens, LEAST_THINKING_TOKENS, maxOutputTokens - 1),
    `thinking.budgetTokens is a whole number from 1,024, and below maxOutputTokens, which is ${maxOutputTokens.toLocaleString('en-US')}: what is thought is a part of that.`,
  );
};

/** Holds what an agent says of how its models answer to what the API takes of any. */
export const checkModelOptions = (check: Check, options: AgentOptions): void => {
  const { temperature = 1, topP = 1, topK = 1, thinking = 'off' } = options;
  checkThinking(check, options);
  check(isWithin(temperature, 0, 1), 'temperature is a number from 0 to 1.');
  check(isWithin(topP, Number.MIN_VALUE, 1), 'topP is a number above 0 and at most 1.');
  check(isWhole(topK, 1, MOST_CANDIDATES), 'topK is a whole number from 1 to 500.');
  check(
    options.temperature === undefined || options.topP === undefined,
    'set temperature or topP: the API refuses them together.',
  );
  for (const name of ['temperature', 'topP', 'topK'] as const)
    check(
      options[name] === undefined || thinking === 'off',
      `${name} is refused where models think: leave ${name} or thinking out.`,
    );
};
