import { declaredSecrets } from '../../agent/define/declared-secrets.ts';
import type { Agent } from '../../agent/define/define-agent.ts';
import type { Config } from '../../config.ts';
import type { WatchedSecret } from '../../health/secrets-probe.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import type { AskingOptions } from '../../secrets/ask-secrets-manager.ts';
import { createSecretState } from '../../secrets/secret-states.ts';
import type { Emit } from '../../telemetry/events.ts';
import { hasJwtSecret } from './token-verifier.ts';

interface UsedSecret extends Pick<WatchedSecret, 'name' | 'isOptional'> {
  readonly id: string;
}

/** Each secret that this stage uses and the health check has no reason to read, under its name in `npm run secret`. */
const usedSecrets = (config: Config, agents: readonly Agent[]): readonly UsedSecret[] => [
  ...(hasJwtSecret(config) ? [{ name: 'jwt', id: config.JWT_SECRET_ID }] : []),
  ...(config.WEBHOOK_HOSTS === '' ? [] : [{ name: 'webhooks', id: config.WEBHOOK_SECRET_ID }]),
  // A receiver that needs no key has none.
  ...(config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
    ? []
    : [{ name: 'otlp', id: config.OTLP_SECRET_ID, isOptional: true }]),
  ...[...declaredSecrets(agents).keys()].map((name) => ({
    name: `tools/${name}`,
    id: `${config.TOOL_SECRETS_PREFIX}${name}`,
  })),
];

export interface WatchedSecretsOptions extends AskingOptions {
  readonly emit: Emit;
  readonly config: Config;
  readonly agents: readonly Agent[];
}

/**
 * The secrets of a stage beside the provider's and that of its alerts, whose targets have a check of their own, as its health check
 * looks at them; no I/O happens here.
 */
export const watchedSecrets = (options: WatchedSecretsOptions): readonly WatchedSecret[] => {
  const { config, agents, clock, emit } = options;
  const load = lazy(async () => {
    const { createDescribeSecret } = await import('../../secrets/describe-secret.ts');
    return createDescribeSecret(options);
  });
  return usedSecrets(config, agents).map(({ id, ...secret }) => ({
    ...secret,
    standing: createSecretState({
      name: secret.name,
      id,
      describe: async (...of) => (await load())(...of),
      clock,
      emit,
    }),
  }));
};
