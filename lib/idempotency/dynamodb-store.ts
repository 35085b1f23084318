import { readString, s } from '../dynamodb/attributes.ts';
import type { Assumption } from '../dynamodb/condition.ts';
import { loadText, storeText } from '../dynamodb/large-text.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Random } from '../kernel/clock.ts';
import type { Running } from './claim.ts';
import { claimKey, claimOf, EFFECTS, endedItem, runningItem } from './item.ts';
import type { ClaimStore, ErasableClaims } from './store.ts';

export interface DynamoDbClaimStoreOptions {
  readonly table: Table;
  readonly random: Random;
}

/** The state is part of it, so that a write that arrives late, after its repetition and what followed, changes nothing. */
const stillRunning = ({ claimId }: Running): Assumption => ({ equal: { claimId: s(claimId), state: s('running') } });
const withoutEffects = (owner: Running): Assumption => ({ ...stillRunning(owner), lacks: [EFFECTS] });

const passing = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** Claims in the control table. */
export const createDynamoDbClaimStore = ({
  table,
  random,
}: DynamoDbClaimStoreOptions): ClaimStore & ErasableClaims => ({
  async take(key, claim, now, signal) {
    const found = await table.putNewOrFind(runningItem(key, claim), { expiredBy: now, ...passing(signal) });
    return found === null ? null : claimOf(found, () => loadText(table, claimKey(key), found));
  },

  takeOver: (key, from, claim, signal) => table.replace(runningItem(key, claim), withoutEffects(from), passing(signal)),

  markEffects: (key, owner) => table.replace(runningItem(key, { ...owner, effects: true }), stillRunning(owner)),

  async complete(key, owner, ending, expiresAt) {
    const text =
      ending.state === 'completed' ? await storeText(table, { ...claimKey(key), expiresAt }, ending.text, random) : {};
    return table.replace(endedItem(key, { ...owner, expiresAt }, ending, text), stillRunning(owner));
  },

  release: (key, owner) => table.remove(claimKey(key), withoutEffects(owner)),

  async erase(key) {
    const { pk } = claimKey(key);
    for await (const item of table.query(pk, ''))
      await table.remove({ pk, sk: readString(item, 'sk') }, { has: ['pk'] });
  },
});
