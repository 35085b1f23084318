import { linearPattern } from '../../input/linear-pattern.ts';
import { type Check, isText } from '../definition.ts';

const NAME = /^[a-z0-9-]{1,64}$/;
const MOST_RULES = 50;

const issueOf = (pattern: string): string | null => {
  try {
    linearPattern(pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

/** Holds the rules of what an agent does not take to their form. No function loads it at start: it reads patterns. */
export const checkDenyInput = (check: Check, rules: Readonly<Record<string, unknown>>): void => {
  const named = Object.entries(rules);
  check(named.length <= MOST_RULES, `denyInput has at most ${MOST_RULES} patterns.`);
  for (const [name, pattern] of named) {
    check(NAME.test(name), `denyInput.${name} needs a name of 1 to 64 of a-z 0-9 and -, as prompt-injection.`);
    check(isText(pattern), `denyInput.${name} is a text, and no RegExp: 'ignore .*instructions'.`);
    const issue = issueOf(String(pattern));
    check(issue === null, `denyInput.${name} ${issue}`);
  }
};
