import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../lib/dynamodb/attributes.ts';
import { createTable, type Table } from '../../lib/dynamodb/table.ts';
import { changed, holds } from '../../lib/group-commit/effect.ts';
import { promptClock } from '../budget/parts.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { size } from '../sizes.ts';
import { anyItem, anyUpdate } from './any-update.ts';

const suite = (open: () => Table, numRuns: number) => {
  it('is what the database does: it refuses the same, and leaves the same item', async () => {
    const table = open();
    let items = 0;
    await fc.assert(
      fc.asyncProperty(anyItem, anyUpdate, async (item, { change, assumed }) => {
        const key = { pk: `effect-${(items += 1)}`, sk: 'x' };
        await table.put({ ...keyOf(key), ...item });
        const updated = await table.update(key, change, assumed, { once: true, whole: true });
        const known = { ...keyOf(key), ...item };
        expect(updated.applied).toBe(holds(known, assumed));
        expect(updated.applied ? updated.item : updated.found).toEqual(
          updated.applied ? changed(known, change) : known,
        );
      }),
      { numRuns, seed: 21 },
    );
  });
};

describe('what an update does, on the simulated engine', () =>
  suite(
    () => {
      const { client } = createSimulatedDynamoDb({ now: () => 0 });
      return createTable({ client, name: 'ledger', clock: promptClock, random: () => 0 });
    },
    size(500, 10_000),
  ));

describeOnDynamoDb('what an update does', (engine) => suite(() => engine().table('LedgerTable'), size(150, 3_000)));
