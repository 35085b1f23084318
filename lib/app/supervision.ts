import * as own from '#agents';
import type { AgentsIndex } from '../agent/define/checks/check-agents.ts';
import { currentTargets } from '../alerts/targets/targets.ts';
import { watchRetiring } from '../health/retiring-models.ts';
import { createSupervision } from '../health/supervision.ts';
import { PRICES_AS_OF } from '../pricing/prices.ts';
import { alertingOf } from './alerting.ts';
import type { App } from './app.ts';
import { watchedSecrets } from './secrets/watched-secrets.ts';

const { agents, healthChecks = {} }: AgentsIndex = own;

/** How an app's dependencies are, asked and told. */
export const supervisionOf = (app: App) => {
  const { clock, emit, config, anthropicKey, catalog, core } = app;
  const alerting = alertingOf(app);
  return createSupervision({
    clock,
    emit,
    version: config.BALLAST_VERSION,
    intervalMs: config.HEALTH_INTERVAL_MINUTES * 60_000,
    stage: config.STAGE,
    secret: anthropicKey,
    otherSecrets: watchedSecrets({
      clock,
      emit,
      config,
      agents,
      random: core.random,
      connection: () => core.connectionTo('secretsmanager'),
    }),
    table: core.stores.control,
    provider: core.provider,
    keys: core.poolKeys,
    circuits: core.circuits,
    rests: core.rests,
    targets: () => currentTargets(alerting),
    ownChecks: healthChecks,
    pricesAsOf: PRICES_AS_OF,
    pricesComparedIn: config.MODEL_PRICES_AS_OF,
    models: watchRetiring({ prices: core.prices, used: catalog.models, clock, emit }),
  });
};
