import { expect, it } from 'vitest';
import { b, keyOf, n, s } from '../../../../lib/dynamodb/attributes.ts';
import type { DynamoDb } from '../../../../lib/dynamodb/types.ts';
import { createDynamoDbRollupStore } from '../../../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { headKey } from '../../../../lib/usage/reports/rollups/rollup-item.ts';
import type { Rollup } from '../../../../lib/usage/reports/rollups/rollup-store.ts';
import { HOUR_MS, startOfHour } from '../../../../lib/usage/reports/time-range.ts';
import { describeOnDynamoDb } from '../../../dynamodb.ts';
import { stepped } from '../../../dynamodb/stepped-client.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { AT } from '../../records.ts';

const HOUR = startOfHour(AT);
/** Of three parts. */
const large = (figure: number): Rollup => ({
  hour: HOUR,
  records: 9,
  groups: Array.from({ length: 3_000 }, (_, at) => [`user-${String(at).padStart(200, '0')}`, [figure]] as const),
});

describeOnDynamoDb('the parts of a large rollup', (engine) => {
  let seed = 0;
  const storeOn = (client: DynamoDb = engine().client) =>
    createDynamoDbRollupStore(engine().table('LedgerTable', client), seededRandom((seed += 1)));
  const keysIn = async (tenantId: string): Promise<string[]> =>
    (await Array.fromAsync(engine().table('LedgerTable').query(`rollup#${tenantId}#user`, ''))).map(
      ({ sk }) => sk?.S ?? '',
    );

  it('are left to a writer that is under way, and removed where it comes too late', async () => {
    const store = storeOn();
    await store.put('way', 'user', large(1), null);
    const over = await store.standing('way', 'user', HOUR);
    const client = stepped(engine().client, async (nth) => {
      // Before its head: what it has begun is not of the one that stands, and may be of the next.
      if (nth === 3) await store.removeLeft('way', 'user', HOUR);
    });
    expect(await storeOn(client).put('way', 'user', large(2), over)).toBe(true);
    expect(await store.inHour('way', 'user', HOUR)).toEqual({ rollup: large(2), isAlone: false });
    await store.removeLeft('way', 'user', HOUR);
    expect(await store.inHour('way', 'user', HOUR)).toEqual({ rollup: large(2), isAlone: true });
    // One that had read what stood before.
    expect(await store.put('way', 'user', large(3), over)).toBe(false);
    expect(await store.inHour('way', 'user', HOUR)).toEqual({ rollup: large(2), isAlone: false });
    await store.removeLeft('way', 'user', HOUR);
    expect(await keysIn('way')).toHaveLength(3);
    expect(await store.inHour('way', 'user', HOUR)).toEqual({ rollup: large(2), isAlone: true });
  });

  it('of a writer that was killed are seen, and removed once another has written', async () => {
    const store = storeOn();
    const client = stepped(engine().client, async (nth) => (nth === 3 ? 'killed' : undefined));
    await Promise.race([storeOn(client).put('killed', 'user', large(1), null), client.killed]);
    expect(await keysIn('killed')).toHaveLength(2);
    expect(await store.inHour('killed', 'user', HOUR)).toEqual({ rollup: null, isAlone: false });
    await store.removeLeft('killed', 'user', HOUR);
    expect(await keysIn('killed')).toHaveLength(2);
    await store.put('killed', 'user', { ...large(1), groups: [] }, null);
    await store.removeLeft('killed', 'user', HOUR);
    expect(await keysIn('killed')).toEqual([headKey(HOUR)]);
  });

  it('as an earlier version of Ballast wrote them are read, written over and removed', async () => {
    const [store, table] = [storeOn(), engine().table('LedgerTable')];
    const pk = 'rollup#older#user';
    const groups = (key: string) => ({ encoding: s('plain'), groups: b(Buffer.from(JSON.stringify([[key, [1]]]))) });
    const put = (sk: string, item: object) => table.put({ ...keyOf({ pk, sk }), ...item });
    const head = headKey(HOUR);
    await put(`${head}#000000000004#001`, groups('of another version'));
    await put(`${head}#000000000007#001`, groups('b'));
    await put(head, { ...groups('a'), records: n(7), chunks: n(2) });
    const read = {
      hour: HOUR,
      records: 7,
      groups: [
        ['a', [1]],
        ['b', [1]],
      ],
    };
    expect(await Array.fromAsync(store.inRange('older', 'user', { from: HOUR, to: HOUR + HOUR_MS }))).toEqual([read]);
    expect(await store.inHour('older', 'user', HOUR)).toEqual({ rollup: read, isAlone: false });
    await store.removeLeft('older', 'user', HOUR);
    expect(await store.inHour('older', 'user', HOUR)).toEqual({ rollup: read, isAlone: true });
    const over = await store.standing('older', 'user', HOUR);
    await put(head, { ...groups('a'), records: n(8), chunks: n(1) });
    expect(await store.put('older', 'user', large(1), over)).toBe(false);
    expect(await store.put('older', 'user', large(1), await store.standing('older', 'user', HOUR))).toBe(true);
    await store.removeLeft('older', 'user', HOUR);
    expect(await store.inHour('older', 'user', HOUR)).toEqual({ rollup: large(1), isAlone: true });
  });
});
