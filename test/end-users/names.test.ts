import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createUserNames, KNOWN_MS } from '../../lib/end-users/names.ts';
import { bookedName, pseudonymOf, usersOf } from '../../lib/kernel/ids/pseudonym.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { systemClock } from '../../local/system-clock.ts';
import { describeOnDynamoDb, TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { answered, faulty } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const ADA = pseudonymOf('ada@example.org');
const BOB = pseudonymOf('bob');
const NOBODY = pseudonymOf('nobody');

let tenants = 0;

const namesOn = (engine: TestDynamoDb, faults: readonly Error[] = []) => {
  const clock = createFakeClock();
  const events: BallastEvent[] = [];
  const client = faulty(engine.client, faults);
  const table = createTable({ client, name: TABLE_NAMES.LedgerTable, clock: systemClock, random: seededRandom(7) });
  const names = createUserNames({ table, clock, emit: (event) => void events.push(event) });
  return { names, clock, events, client, tenantId: `names-${(tenants += 1)}` };
};

describeOnDynamoDb('the names of end users', (engine) => {
  it('are found by the pseudonyms that runs and books have, each in its own tenant', async () => {
    const { names, tenantId } = namesOn(engine());
    await names.note(tenantId, 'ada@example.org');
    await names.note(tenantId, 'bob');
    await names.note(tenantId, null);
    await names.note(`${tenantId}-other`, 'nobody');
    expect(await names.find(tenantId, [ADA, BOB, NOBODY])).toEqual(
      new Map([
        [ADA, 'ada@example.org'],
        [BOB, 'bob'],
      ]),
    );
    const booked = [ADA, BOB, NOBODY].map(bookedName);
    expect(await names.findBooked(tenantId, booked)).toEqual(
      new Map([
        [bookedName(ADA), 'ada@example.org'],
        [bookedName(BOB), 'bob'],
      ]),
    );
    expect(await names.all(tenantId)).toEqual(
      new Map([
        [bookedName(ADA), 'ada@example.org'],
        [bookedName(BOB), 'bob'],
      ]),
    );
  });

  it('cost a read and a write for a new user, a read for one that another process knows, and nothing for ten minutes', async () => {
    const { names, clock, client, tenantId } = namesOn(engine());
    await names.note(tenantId, 'ada@example.org');
    expect(client.requests).toBe(2);
    await Promise.all([names.note(tenantId, 'ada@example.org'), names.note(tenantId, 'ada@example.org')]);
    await clock.advance(KNOWN_MS - 1);
    await names.note(tenantId, 'ada@example.org');
    expect(client.requests).toBe(2);
    await clock.advance(1);
    await names.note(tenantId, 'ada@example.org');
    expect(client.requests).toBe(3);
  });

  it('are removed where they were noted by then, and noted anew when the user comes back', async () => {
    const { names, clock, tenantId } = namesOn(engine());
    const noted = clock.now();
    await names.note(tenantId, 'ada@example.org');
    await names.remove(tenantId, ADA, noted - 1);
    expect((await names.find(tenantId, [ADA])).size).toBe(1);
    await names.remove(tenantId, ADA, noted);
    await names.remove(tenantId, ADA, noted);
    expect((await names.find(tenantId, [ADA])).size).toBe(0);
    await clock.advance(KNOWN_MS);
    await names.note(tenantId, 'ada@example.org');
    expect((await names.find(tenantId, [ADA])).size).toBe(1);
  });

  it('hold nobody up: what could not be noted is told, and tried with the next request', async () => {
    const down = answered(400, 'AccessDeniedException');
    const { names, events, tenantId } = namesOn(engine(), [down]);
    await names.note(tenantId, 'ada@example.org');
    expect(events).toMatchObject([{ type: 'store.failed', operation: 'user-names.note' }]);
    expect(JSON.stringify(events)).not.toContain('ada');
    await names.note(tenantId, 'ada@example.org');
    expect((await names.find(tenantId, [ADA])).size).toBe(1);
  });
});

it('a list asks for each of its users once, and for nobody', () => {
  expect([...usersOf([{ userId: ADA }, { userId: null }, { userId: ADA }, { userId: BOB }])]).toEqual([ADA, BOB]);
});
