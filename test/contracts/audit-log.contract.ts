import { expect, it } from 'vitest';
import type { AuditEntry, AuditLog } from '../../lib/tenants/types.ts';

const DAY = 86_400_000;

const entry = (at: number, entryId: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  entryId,
  at,
  actor: { tenantId: 'admin', keyId: 'key_1' },
  action: 'tenant.replaced',
  target: 'acme',
  changes: {
    name: { from: 'Acme', to: 'Ácme 🔑' },
    allowedModels: { from: null, to: ['claude-haiku-5-5'] },
    requestsPerMinute: { from: null, to: 0 },
  },
  ...change,
});

const pages = async (log: AuditLog, limit: number): Promise<AuditEntry[][]> => {
  const found: AuditEntry[][] = [];
  for (let cursor: string | null = null; ;) {
    const page = await log.list({ cursor, limit });
    found.push([...page.entries]);
    cursor = page.nextCursor;
    if (cursor === null) return found;
  }
};

/** What every audit log does. All tests share one log where the store is shared, so they run in this order. */
export const auditLogContract = (createLog: () => AuditLog): void => {
  const log = createLog();
  // Over the ends of months and years, two in one millisecond, written in no order.
  const start = Date.UTC(2026, 10, 30);
  const entries = [
    entry(start + 40 * DAY, 'e9'),
    entry(start + 32 * DAY, 'e8'),
    entry(start + DAY, 'e7', { action: 'circuit.set', target: 'anthropic/claude-opus-5-5', changes: {} }),
    entry(start + DAY - 1, 'e6', { actor: { tenantId: 'acme', keyId: 'jwt', subject: 'ann', tokenHash: 'ab12' } }),
    entry(start, 'e5'),
    entry(start, 'e4'),
    entry(start - 1, 'e3'),
  ];

  it('is empty at first', async () => {
    expect(await log.list({ cursor: null, limit: 10 })).toEqual({ entries: [], nextCursor: null });
  });

  it('gives all entries back as they were written, newest first, over the ends of months', async () => {
    for (const at of [3, 0, 6, 2, 5, 1, 4]) await log.add(entries[at] as AuditEntry);
    expect(await log.list({ cursor: null, limit: 100 })).toEqual({ entries, nextCursor: null });
  });

  it.each([1, 2, 3, 6, 7, 8])('gives each entry once in pages of %i, and no empty page at the end', async (limit) => {
    const found = await pages(log, limit);
    expect(found.flat()).toEqual(entries);
    expect(found).toHaveLength(Math.ceil(entries.length / limit));
  });

  it('goes on where it was when newer entries come in between', async () => {
    const first = await log.list({ cursor: null, limit: 3 });
    await log.add(entry(start + 50 * DAY, 'e10'));
    const second = await log.list({ cursor: first.nextCursor, limit: 3 });
    expect(second.entries).toEqual(entries.slice(3, 6));
  });

  it('never writes over an entry', async () => {
    await log.add(entry(start, 'e5', { target: 'forged' }));
    const { entries: found } = await log.list({ cursor: null, limit: 100 });
    expect(found.filter(({ entryId }) => entryId === 'e5')).toEqual([entries[4]]);
  });

  it('keeps the order of writing among the entries of one instant, whatever their ids, newest first', async () => {
    const at = start + 60 * DAY;
    const written = ['m', 'z', 'a', 'q', 'b', 'y', 'k', 'c', 'x', 'd', 'w', 'e'].map((id) => entry(at, id));
    for (const each of written) await log.add(each);
    const { entries: found } = await log.list({ cursor: null, limit: written.length });
    expect(found).toEqual(written.toReversed());
  });

  it.each([1, 2, 5])(
    'loses and repeats none that writers of one instant race to add, in pages of %i',
    async (limit) => {
      const at = start + (70 + limit) * DAY;
      const ids = Array.from({ length: 12 }, (_, place) => `raced-${place}`);
      // Each twice: a writer whose answer was lost writes again.
      await Promise.all([...ids, ...ids].map((id) => log.add(entry(at, id))));
      const found = (await pages(log, limit)).flat().filter((each) => each.at === at);
      expect(found.map(({ entryId }) => entryId).sort()).toEqual([...ids].sort());
    },
  );

  it('shows nothing twice when more of the same instant is written between two pages', async () => {
    const at = start + 80 * DAY;
    for (const id of ['n', 'b']) await log.add(entry(at, id));
    const first = await log.list({ cursor: null, limit: 1 });
    await log.add(entry(at, 'a'));
    const second = await log.list({ cursor: first.nextCursor, limit: 1 });
    expect([...first.entries, ...second.entries].map(({ entryId }) => entryId)).toEqual(['b', 'n']);
  });

  const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['empty', ''],
    ['not base64url', '***'],
    ['not JSON', Buffer.from('{').toString('base64url')],
    ['null', of(null)],
    ['without a position', of({})],
    ['with a position of another kind', of({ after: 'z' })],
    ['with a number for a position', of({ after: 1 })],
    ['with more than a position', of({ after: '2026-11-30T00:00:00.000Z#e5', pk: 'tenants' })],
    ['padded', `${of({ after: '2026-11-30T00:00:00.000Z#e5' })}=`],
    ['very long', of({ after: `2026-11-30T00:00:00.000Z#${'e'.repeat(10_000)}` })],
  ])('refuses a cursor that is %s', async (_, cursor) => {
    await expect(log.list({ cursor, limit: 10 })).rejects.toMatchObject({
      code: 'invalid-request',
      issues: [{ path: 'cursor' }],
    });
  });
};
