import * as own from '#agents';
import type { AgentsIndex } from '../agent/define/check-agents.ts';
import { watchRetiring } from '../health/retiring-models.ts';
import { createSupervision } from '../health/supervision.ts';
import type { App } from './app.ts';

const { healthChecks = {} }: AgentsIndex = own;

/** How an app's dependencies are, asked and told. */
export const supervisionOf = ({ clock, emit, config, anthropicKey, catalog, core }: App) =>
  createSupervision({
    clock,
    emit,
    version: config.BALLAST_VERSION,
    secret: anthropicKey,
    table: core.stores.control,
    provider: core.provider,
    key: core.firstKey,
    circuits: core.circuits,
    ownChecks: healthChecks,
    models: watchRetiring({ prices: core.prices, used: catalog.models, clock, emit }),
  });
