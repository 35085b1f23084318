import { Refused } from '../verb.ts';

export type Kind = 'agent' | 'tool';

const FORMS = {
  agent: { name: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, joint: '-', say: 'lower case letters, digits and hyphens' },
  tool: { name: /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, joint: '_', say: 'lower case letters, digits and underscores' },
} as const;

const MAX_CHARS = 64;

/** Words of any writing, as `order status` of `orderStatus` and of `Order-Status`. */
const wordsIn = (name: string): string[] =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Throws `Refused` for what is no name of its kind, with one that would be. */
export const checkName = (kind: Kind, name: string): void => {
  const { name: form, joint, say } = FORMS[kind];
  if (form.test(name) && name.length <= MAX_CHARS) return;
  const near = wordsIn(name.replace(/^[^A-Za-z]+/, ''))
    .join(joint)
    .slice(0, MAX_CHARS)
    .replace(/[-_]$/, '');
  const hint = form.test(near) ? ` Try ${near}.` : '';
  throw new Refused(
    `${JSON.stringify(name)} is no name of ${kind === 'agent' ? 'an agent' : 'a tool'}: it is 1 to ${MAX_CHARS} ${say}, and begins with a letter.${hint}`,
  );
};

/** `order-status` of `order_status`. */
export const fileNameOf = (name: string): string => name.replaceAll('_', '-');

/** Names that the files have already, or that a variable cannot have. */
const RESERVED = new Set(
  (
    'agents on metrics healthChecks defineAgent defineTool z testRun calls describe expect it test script run ' +
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof undefined var void while with yield eval arguments NaN Infinity'
  ).split(' '),
);

/** The name of the variable: one that is not used in the text where it is to be known. */
export const variableOf = (kind: Kind, name: string, text: string): string => {
  const [first = '', ...rest] = name.split(/[-_]/);
  const plain = first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const isFree = (variable: string) => !RESERVED.has(variable) && !new RegExp(`\\b${variable}\\b`).test(text);
  const found = [plain, `${plain}${kind === 'agent' ? 'Agent' : 'Tool'}`].find(isFree);
  if (found === undefined) throw new Refused(`The name ${name} is taken: choose another one.`);
  return found;
};
