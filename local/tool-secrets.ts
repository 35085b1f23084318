import { declaredSecrets } from '../lib/agent/define/declared-secrets.ts';
import type { Agent } from '../lib/agent/define/define-agent.ts';
import type { Environment } from '../lib/kernel/environment.ts';

/** What the variables that hold secrets of tools begin with; no function may see one. */
const PREFIX = 'TOOL_SECRET_';

export const isToolSecret = (variable: string): boolean => variable.startsWith(PREFIX);

/** The variable of a secret: `TOOL_SECRET_SHOP_API` of `shop-api`. */
export const variableOf = (secret: string): string => `${PREFIX}${secret.toUpperCase().replaceAll('-', '_')}`;

/** Secrets of tools by name, as the environment has them; an empty variable counts as not set. */
export const toolSecretsOf = (env: Environment): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(env).flatMap(([variable, value]) =>
      isToolSecret(variable) && value
        ? [[variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-'), value] as const]
        : [],
    ),
  );

/** The variables of those secrets that tools of these agents declare and that have no value, in order. */
export const missingSecrets = (agents: readonly Agent[], given: ReadonlyMap<string, string>): readonly string[] =>
  [...declaredSecrets(agents).keys()]
    .filter((name) => !given.has(name))
    .map(variableOf)
    .sort();
