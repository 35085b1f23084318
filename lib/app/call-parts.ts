import type { Parking } from '../accounts/parking.ts';
import type { SpentBudgets } from '../accounts/thresholds/spent-budgets.ts';
import { createBudgets } from '../budget/budgets.ts';
import { refusing } from '../budget/refusing.ts';
import type { BudgetStore } from '../budget/store.ts';
import { createCircuits } from '../circuit-breaker/circuits.ts';
import type { CircuitStore } from '../circuit-breaker/store.ts';
import type { Config } from '../config.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createKeyCheck } from '../model-call/keys/key-check.ts';
import { createKeyPool } from '../model-call/keys/key-pool.ts';
import type { ModelCallParts } from '../model-call/model-call.ts';
import type { Provider } from '../model-call/provider.ts';
import { readPriceOverrides } from '../pricing/price-overrides.ts';
import { createPriceTable } from '../pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../pricing/prices.ts';
import { createRests } from '../rests/rests.ts';
import type { RestStore } from '../rests/store.ts';
import type { Secret } from '../secrets/loader.ts';
import type { Emit } from '../telemetry/events.ts';
import { circuitSettings, retrySettings, streamSettings } from './settings.ts';

/** Where a model call keeps what it knows. */
export interface CallStores extends Pick<ModelCallParts, 'usage'> {
  readonly parking?: Parking | undefined;
  readonly spent?: SpentBudgets | undefined;
  readonly budgets: BudgetStore;
  readonly circuits: CircuitStore;
  readonly rests: RestStore;
}

export interface CallWiring {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  /** Default: no call belongs to a trace. */
  readonly tracing?: Pick<ModelCallParts, 'currentTrace' | 'addContent'> | undefined;
  readonly stores: CallStores;
  readonly provider: Provider;
  /** The provider's keys. */
  readonly secret: Secret;
}

/** What a model call is made of, with the parts in full that others use too. */
export const callPartsOf = ({ config, stores, provider, secret, tracing, ...world }: CallWiring) => {
  const { clock, random, emit } = world;
  const budgets = createBudgets(stores.budgets, stores.parking, random);
  return {
    clock,
    random,
    emit,
    provider,
    prices: createPriceTable(
      PUBLISHED_PRICES,
      config.MODEL_PRICES ? readPriceOverrides(config.MODEL_PRICES, PUBLISHED_PRICES) : {},
    ),
    usage: stores.usage,
    parking: stores.parking,
    spent: stores.spent,
    budgets: config.REFUSE_PAID_CALLS === 'true' ? refusing(budgets) : budgets,
    circuits: createCircuits({
      clock,
      random,
      emit,
      store: stores.circuits,
      options: circuitSettings(config),
    }),
    keys: createKeyPool({ secret, clock, random }),
    keyCheck: createKeyCheck({ provider, clock }),
    rests: createRests({ clock, random, emit, store: stores.rests }),
    retry: retrySettings(config),
    limits: streamSettings(config),
    ...tracing,
  };
};
