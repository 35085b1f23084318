import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { createCachedSecret, type Secret } from '../secrets/cached-secret.ts';
import type { SecretReader } from '../secrets/secrets-manager.ts';

export interface ToolSecretsParts {
  readonly clock: Clock;
  readonly secrets: SecretReader;
}

/** The secrets of tools by name, each loaded with its first use and shared by all tools. */
export const toolSecrets = (
  { TOOL_SECRETS_PREFIX }: Config,
  { clock, secrets }: ToolSecretsParts,
): ((name: string) => Secret) => {
  const known = new Map<string, Secret>();
  return (name) => {
    const secret =
      known.get(name) ?? createCachedSecret({ read: () => secrets.read(`${TOOL_SECRETS_PREFIX}${name}`), clock });
    known.set(name, secret);
    return secret;
  };
};
