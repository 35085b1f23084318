import type { Targets } from '../alerts/targets/targets.ts';
import type { Circuits } from '../circuit-breaker/circuits.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Secret } from '../secrets/loader.ts';
import type { Emit } from '../telemetry/events.ts';
import { answers, type Finding, type HealthCheck, ownProbe, type Probe } from './check.ts';
import { dueProbes } from './due-probes.ts';
import { createDynamoDbHealthResults } from './dynamodb-results.ts';
import { createHealth, type Health, type HealthOptions } from './health.ts';
import { notifiedProbe } from './notified.ts';
import { findingOfPrices } from './price-age.ts';
import { createProbeDependencies, type ProbeDependencies } from './probe-dependencies.ts';
import { createReachability, type ReachabilityOptions } from './reachability.ts';
import { countResting, restsProbe, type RestsProbeOptions } from './resting-models.ts';
import { readSecret, secretsProbe, type WatchedSecret } from './secrets-probe.ts';

export interface SupervisionOptions extends ReachabilityOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly version: string;
  /** Where results are kept. */
  readonly table: Pick<Table, 'get' | 'put' | 'query'>;
  /** Which stage it is, as commands name it. */
  readonly stage: string;
  /** The provider's. */
  readonly secret: Secret;
  /** The others that the stage uses. Default: none. */
  readonly otherSecrets?: readonly WatchedSecret[];
  readonly circuits: Pick<Circuits, 'list' | 'enter'>;
  readonly rests: RestsProbeOptions['rests'];
  readonly models: NonNullable<HealthOptions['models']>;
  /** From one probe to the next. Default: a minute. */
  readonly intervalMs?: number;
  /** The month of the price table, as `2026-11`. */
  readonly pricesAsOf: string;
  /** The month in which the operator compared it with the provider's list. */
  readonly pricesComparedIn?: string | undefined;
  /** Who is notified of alarms. Rejects where it cannot be read. */
  readonly targets: () => Promise<Targets>;
  /** The user's own, by name. Default: none. */
  readonly ownChecks?: Readonly<Record<string, HealthCheck>>;
}

/** A probe of what can be said without asking anybody. */
const found = (finding: () => Finding): Probe => ({ ask: async () => finding(), failed: { status: 'healthy' } });

/** What Ballast stands on, asked each minute (or as often as the stage says) by one function and told by another. */
export const createSupervision = (
  options: SupervisionOptions,
): { readonly health: Health; readonly probeDependencies: ProbeDependencies } => {
  const { table, clock, stage, circuits, targets, otherSecrets = [], ownChecks = {} } = options;
  const results = createDynamoDbHealthResults({ table, clock });
  const reachability = createReachability(options);
  const vital: WatchedSecret = { name: 'anthropic', standing: readSecret(options.secret), isVital: true };
  const own = Object.entries(ownChecks).map(([name, check]) => [name, ownProbe(check)] as const);
  const probes = {
    ...Object.fromEntries(own),
    dynamodb: answers((signal) => results.roundTrip(signal)),
    secrets: secretsProbe(stage, [vital, ...otherSecrets]),
    claude: reachability.api,
    // After the one by whose answer they go.
    clock: reachability.clock,
    keys: reachability.keys,
    models: found(() => options.models(clock.now())),
    prices: found(() => findingOfPrices(options.pricesAsOf, options.pricesComparedIn, clock.now())),
    alerts: notifiedProbe(stage, targets),
    rests: restsProbe(options),
  };
  const watched = {
    list: () => circuits.list(),
    dueProbes: dueProbes({ circuits, reachability }),
  };
  return {
    health: createHealth({
      ...options,
      results,
      circuits: watched,
      known: Object.keys(probes),
      // What answers `/health` may look at no other.
      probes: { secrets: secretsProbe(stage, [vital]) },
    }),
    probeDependencies: createProbeDependencies({
      ...options,
      probes,
      circuits: watched,
      resting: countResting(options),
      results,
    }),
  };
};
