import { expect, it, vi } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { size } from '../sizes.ts';
import { enumerateFaults } from './enumerate-faults.ts';
import { playSchedule, type Scenario } from './play-schedule.ts';

vi.setConfig({ testTimeout: 600_000 });

interface Enumerable extends Scenario {
  /** Requests that can be hit where nothing goes wrong. */
  readonly requests: number;
  /** Requests that follow a kill, summed over all places of the kill. */
  readonly afterKills: number;
  /** One in how many double faults is played outside the full run. */
  readonly oneIn: number;
}

const TENANT = 'tenant';
const ALL = 'tenant, key and user';
const REFUSED = 'tenant and key, refused by the user';

const SCENARIOS: readonly Enumerable[] = [
  { holders: TENANT, from: 'reserve', requests: 4, afterKills: 8, oneIn: 1 },
  { holders: ALL, from: 'reserve', requests: 8, afterKills: 34, oneIn: 1 },
  { holders: REFUSED, from: 'reserve', requests: 7, afterKills: 31, oneIn: 1 },
  { holders: ALL, from: 'reconcile', requests: 6, afterKills: 0, oneIn: 1 },
  { holders: TENANT, from: 'late settle', requests: 13, afterKills: 26, oneIn: 4 },
  { holders: ALL, from: 'late settle', requests: 21, afterKills: 84, oneIn: 16 },
];

const triangle = (n: number): number => (n * (n + 1)) / 2;

/** Three faults at each of the requests; a first that is survived adds one request, and a second hits any that follows. */
const combinations = ({ requests, afterKills }: Enumerable) => ({
  requests,
  singles: 3 * requests,
  doubles: 2 * 3 * triangle(requests) + 3 * afterKills,
});

describeOnDynamoDb('the books of a call', (engine) => {
  let tenants = 0;
  const tenantId = () => `faults-${(tenants += 1)}`;

  it.each(SCENARIOS)('hold whatever one or two faults do from $from on, held by $holders', async (scenario) => {
    const play = (plan: Parameters<typeof playSchedule>[3]) => playSchedule(engine(), scenario, tenantId(), plan);
    const { played, lengthened, ...found } = await enumerateFaults(play, size(scenario.oneIn, 1));
    console.log(
      `from ${scenario.from}, ${scenario.holders}: ${found.singles} single and ${found.doubles} double faults, of which ${played} played`,
    );
    expect(lengthened).toEqual([1]);
    expect(found).toEqual(combinations(scenario));
  });

  it.each(SCENARIOS.slice(0, size(2, SCENARIOS.length)))(
    'hold where the store fails for good at one or two requests from $from on, held by $holders',
    async (scenario) => {
      const play = (plan: Parameters<typeof playSchedule>[3]) => playSchedule(engine(), scenario, tenantId(), plan, 1);
      const { singles, doubles, played } = await enumerateFaults(play, size(4, 1));
      console.log(
        `from ${scenario.from}, ${scenario.holders}, not retried: ${singles} single and ${doubles} double faults, of which ${played} played`,
      );
      expect(singles).toBe(3 * scenario.requests);
    },
  );
});
