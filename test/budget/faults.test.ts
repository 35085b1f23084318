import { expect, it, vi } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { size } from '../sizes.ts';
import { enumerateFaults } from './enumerate-faults.ts';
import { playSchedule, type Scenario } from './play-schedule.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Enumerable extends Scenario {
  /** Requests that can be hit where nothing goes wrong. */
  readonly requests: number;
  /** Two faults: a first at each of the requests, and a second at each that then follows. */
  readonly doubles: number;
  /** One in how many double faults is played outside the full run; no multiple of three, so that each kind has its turn. */
  readonly oneIn: number;
}

const TENANT = 'tenant';
const ALL = 'tenant, key and user';
const REFUSED = 'tenant and key, refused by the user';

const SCENARIOS: readonly Enumerable[] = [
  { holders: TENANT, from: 'reserve', requests: 5, doubles: 129, oneIn: 4 },
  { holders: ALL, from: 'reserve', requests: 9, doubles: 447, oneIn: 16 },
  { holders: REFUSED, from: 'reserve', requests: 8, doubles: 375, oneIn: 16 },
  { holders: ALL, from: 'reconcile', requests: 7, doubles: 168, oneIn: 8 },
  { holders: TENANT, from: 'late settle', requests: 15, doubles: 837, oneIn: 32 },
  { holders: ALL, from: 'late settle', requests: 23, doubles: 1971, oneIn: 128 },
  { holders: TENANT, from: 'reserve', shards: 2, requests: 11, doubles: 441, oneIn: 16 },
  { holders: ALL, from: 'reserve', shards: 2, requests: 15, doubles: 915, oneIn: 32 },
  { holders: ALL, from: 'reconcile', shards: 2, requests: 8, doubles: 216, oneIn: 16 },
  { holders: ALL, from: 'late settle', shards: 2, requests: 25, doubles: 2334, oneIn: 128 },
];

describeOnDynamoDb('the books of a call', (engine) => {
  let tenants = 0;
  const tenantId = () => `faults-${(tenants += 1)}`;

  it.each(SCENARIOS)(
    'hold whatever one or two faults do from $from on, held by $holders, shards: $shards',
    async (scenario) => {
      const play = (plan: Parameters<typeof playSchedule>[3]) => playSchedule(engine(), scenario, tenantId(), plan);
      const { played, ...found } = await enumerateFaults(play, size(scenario.oneIn, 1));
      console.log(
        `from ${scenario.from}, ${scenario.holders}: ${found.singles} single and ${found.doubles} double faults, of which ${played} played`,
      );
      const { requests, doubles } = scenario;
      expect(found).toEqual({ requests, singles: 3 * requests, doubles });
    },
  );

  it.each(SCENARIOS.slice(0, size(2, SCENARIOS.length)))(
    'hold where the store fails for good at one or two requests from $from on, held by $holders',
    async (scenario) => {
      const play = (plan: Parameters<typeof playSchedule>[3]) => playSchedule(engine(), scenario, tenantId(), plan, 1);
      const { singles, doubles, played } = await enumerateFaults(play, size(32, 1));
      console.log(
        `from ${scenario.from}, ${scenario.holders}, not retried: ${singles} single and ${doubles} double faults, of which ${played} played`,
      );
      expect(singles).toBe(3 * scenario.requests);
    },
  );
});
