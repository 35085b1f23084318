import { describe, expect, it } from 'vitest';
import { parseUsd, plus } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { anyRequest, pick } from './any-request.ts';
import { createGatewayRig, sumOf } from './gateway-rig.ts';
import { dearestBill } from './provider-bill.ts';
import { readSdkTypes } from './sdk-types.ts';

const REQUESTS = size(2_000, 20_000);
/** Requests of one tenant, some at once. */
const OF_A_TENANT = 10;
const AT_ONCE = 3;
const LIMITS = ['0.02', '0.50', '5', '80', '2000'];

const [sdk] = readSdkTypes('@anthropic-ai/sdk');

describe('a budget, whatever a client asks that bills the dearest it allows', () => {
  it.each(sdk === undefined ? [] : sdk.bodies.map((body, at) => [['the stable', 'the beta'][at], body] as const))(
    `holds over ${REQUESTS / 2} requests made of %s types of the SDK`,
    async (_, type) => {
      const random = seededRandom(20_261_129);
      const seen = new Map<string, number>();
      const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
      for (let made = 0; made < REQUESTS / 2; made += OF_A_TENANT) {
        const limit = pick(random, LIMITS);
        const rig = createGatewayRig({ dailyBudgetUsd: limit }, dearestBill);
        const requests = Array.from({ length: OF_A_TENANT }, () => anyRequest(type, sdk?.betas ?? [], random));
        for (let at = 0; at < requests.length; at += AT_ONCE) {
          const some = requests.slice(at, at + AT_ONCE);
          const before = rig.billed.length;
          await Promise.all(
            some.map(async ({ body, betas }) => {
              const outcome = await rig.ask(body, betas).catch((error: unknown) => ({ ok: false, fault: { error } }));
              count(
                'ok' in outcome && outcome.ok
                  ? 'answered'
                  : String((outcome as { fault: { error: { code: string } } }).fault.error.code),
              );
            }),
          );
          const { spent, reserved } = await rig.day();
          const asked = () => JSON.stringify({ limit, some, billed: rig.billed.slice(before).map(String) });
          expect(plus(spent, reserved) <= parseUsd(limit), `spent ${spent} of ${asked()}`).toBe(true);
          expect(spent >= sumOf(rig.billed), `booked ${spent}, billed ${sumOf(rig.billed)} for ${asked()}`).toBe(true);
        }
        expect((await rig.day()).reserved).toBe(0n);
      }
      // It asked for enough of each to mean anything.
      expect([...seen.keys()]).toEqual(expect.arrayContaining(['unpriced-feature', 'budget-exceeded']));
      expect(seen.get('answered')).toBeGreaterThan(REQUESTS / 20);
    },
    size(60_000, 600_000),
  );
});
