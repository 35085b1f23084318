import { describe, expect, it } from 'vitest';
import type { CallOptions } from '../../lib/dynamodb/table.ts';
import { createKeyUses } from '../../lib/identity/key-uses.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const USER = { tenantId: 'acme', keyId: 'key_1' };

describe('the use of a key', () => {
  const noting = (replace: (signal?: AbortSignal) => Promise<boolean>) => {
    const clock = createFakeClock(NOON + 59_000);
    const events: BallastEvent[] = [];
    let writes = 0;
    const table = {
      replace: (_: unknown, __: unknown, { signal }: CallOptions = {}) => {
        writes += 1;
        return replace(signal);
      },
      query: () => {
        throw new Error('not asked');
      },
    };
    return {
      uses: createKeyUses({ table, clock, emit: (event) => events.push(event) }),
      clock,
      events,
      writes: () => writes,
    };
  };

  it('is written once an hour by a process, however often it is used', async () => {
    const { uses, clock, writes } = noting(async () => true);
    for (let second = 0; second < 3_720; second += 60) {
      await uses.note(USER);
      await clock.advance(60_000);
    }
    expect(writes()).toBe(2);
    expect(uses.note(USER)).toBeNull();
    expect(uses.note({ ...USER, keyId: 'key_2' })).not.toBeNull();
    expect(uses.note({ ...USER, tenantId: 'bolt' })).not.toBeNull();
  });

  it('that cannot be written is told, and never thrown', async () => {
    const { uses, events } = noting(() => Promise.reject(new AppError('store-unavailable', safe`away`)));
    await uses.note(USER);
    expect(events).toEqual([expect.objectContaining({ type: 'store.failed', operation: 'key-uses.note' })]);
  });

  it('is given up after a second: a function that answers in one piece is kept until it is noted', async () => {
    const away = (signal?: AbortSignal) =>
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))));
    const { uses, clock, events } = noting(away);
    let isOver = false;
    void uses.note(USER)?.then(() => (isOver = true));
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect([isOver, events.length]).toEqual([true, 1]);
  });
});

describeOnDynamoDb('the uses of a tenant’s keys', (engine) => {
  it('are its last ones, whichever process wrote first, and never go back', async () => {
    const uses = (now: number) =>
      createKeyUses({ table: engine().table('ControlTable'), clock: createFakeClock(now), emit: () => {} });
    const tenantId = 'uses-1';
    await uses(NOON + HOUR_MS + 1).note({ tenantId, keyId: 'key_1' });
    for (const late of [1, 2, 3]) await uses(NOON + late).note({ tenantId, keyId: 'key_1' });
    await uses(NOON + 5).note({ tenantId, keyId: 'key_2' });
    expect(await uses(NOON).of(tenantId)).toEqual(
      new Map([
        ['key_1', NOON + HOUR_MS],
        ['key_2', NOON],
      ]),
    );
    expect(await uses(NOON).of('uses-2')).toEqual(new Map());
  });
});
