import { agents } from '#agents';
import type { Administration } from '../administration/administration.ts';
import { createStageAdministration } from '../administration/stage-administration.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import { hostPatternsIn } from '../kernel/forms/host-patterns.ts';
import type { App } from './app.ts';
import { signingSecretOf } from './secrets/signing-secret.ts';

/** What administrators do, over an app's own stores; what they change is seen at once by this environment. */
export const administrationOf = (app: App): Administration => {
  const { clock, ids, config, core } = app;
  const signing = signingSecretOf(app);
  return createStageAdministration({
    ...core.stores,
    clock,
    ids,
    agents,
    keyUses: core.keyUses,
    circuits: core.circuits,
    rests: core.rests,
    alarms: lazy(async () => {
      const [{ alertingOf }, { createTestedTargets }, { createAlarmsOn }] = await Promise.all([
        import('./alerting.ts'),
        import('../alerts/targets/tested-targets.ts'),
        import('../alerts/alarms-on.ts'),
      ]);
      return {
        ...createTestedTargets({ ...alertingOf(app), unmade: new Set(config.UNMADE_ALARMS.split(',')) }),
        on: createAlarmsOn({ table: core.stores.control, clock }),
      };
    }),
    randomBytes: core.randomBytes,
    webhookHosts: hostPatternsIn(config.WEBHOOK_HOSTS),
    webhookSecret: () => signing.get(),
    onChanged: (tenantId) => core.authenticator.forget({ tenantId }),
    models: core.prices.keys(),
    isPriced: (model) => core.isPriced(model, clock.now()),
  });
};
