import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseUsd, plus } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { anyRequest, pick } from './any-request.ts';
import { createGatewayRig, HOLDERS, sumOf } from './gateway-rig.ts';
import { dearestBill } from './provider-bill.ts';
import { readSdkTypes } from './sdk-types.ts';

/** Of each half of the types; of the others' limits less, which hold by the same bound. */
const REQUESTS = { tenant: size(1_000, 10_000), key: size(200, 2_000), user: size(200, 2_000), run: size(200, 2_000) };
/** Requests under one limit, some at once. */
const OF_A_LIMIT = 10;
const AT_ONCE = 3;
const LIMITS = ['0.02', '0.50', '5', '80', '2000'];

const [sdk] = readSdkTypes(fileURLToPath(new URL('../../node_modules/@anthropic-ai/sdk', import.meta.url)));

const kinds = ['the stable', 'the beta'].flatMap((name, at) => {
  const type = sdk?.bodies[at];
  return type === undefined ? [] : HOLDERS.map((holder) => [holder, REQUESTS[holder], name, type] as const);
});

describe('a limit, whatever a client asks that bills the dearest it allows', () => {
  it.each(kinds)(
    'of the %s holds over %i requests made of %s types of the SDK',
    async (holder, count, _, type) => {
      const random = seededRandom(20_261_129);
      const seen = new Map<string, number>();
      const saw = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
      for (let made = 0; made < count; made += OF_A_LIMIT) {
        const limit = pick(random, LIMITS);
        const rig = createGatewayRig(holder, limit, dearestBill);
        const requests = Array.from({ length: OF_A_LIMIT }, () => anyRequest(type, sdk?.betas ?? [], random));
        for (let at = 0; at < requests.length; at += AT_ONCE) {
          const some = requests.slice(at, at + AT_ONCE);
          const before = rig.billed.length;
          await Promise.all(
            some.map(async ({ body, betas }) => {
              const outcome = await rig.ask(body, betas).catch((error: unknown) => ({ ok: false, fault: { error } }));
              saw(
                'ok' in outcome && outcome.ok
                  ? 'answered'
                  : String((outcome as { fault: { error: { code: string } } }).fault.error.code),
              );
            }),
          );
          const { spent, reserved } = await rig.standing();
          const asked = () => JSON.stringify({ limit, some, billed: rig.billed.slice(before).map(String) });
          expect(plus(spent, reserved) <= parseUsd(limit), `spent ${spent} of ${asked()}`).toBe(true);
          expect(spent >= sumOf(rig.billed), `booked ${spent}, billed ${sumOf(rig.billed)} for ${asked()}`).toBe(true);
        }
        expect((await rig.standing()).reserved).toBe(0n);
      }
      // It asked for enough of each to mean anything.
      expect([...seen.keys()]).toEqual(expect.arrayContaining(['unpriced-feature', 'budget-exceeded']));
      expect(seen.get('answered')).toBeGreaterThan(count / 10);
    },
    size(60_000, 600_000),
  );
});
