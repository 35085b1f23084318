import type { PicoUsd } from '../../lib/kernel/money.ts';
import { familyOf } from '../../lib/pricing/pricing.ts';
import type { TenantDirectory } from '../../lib/tenants/types.ts';
import type { UsageRecord, UsageStore } from '../../lib/usage/record.ts';
import type { DayOfModel } from './counts.ts';

const HOUR_MS = 3_600_000;

/** Hours of a tenant that are read at a time. */
const AT_ONCE = 24;

/** Usage on our own books, with what explains a difference. */
export interface BookedDayOfModel extends DayOfModel {
  readonly estimated: boolean;
  readonly cost: PicoUsd;
}

export interface Books {
  readonly tenants: Pick<TenantDirectory, 'list'>;
  readonly usage: Pick<UsageStore, 'inHour'>;
}

const booked = ({ at, model, tokens, estimated, cost }: UsageRecord): BookedDayOfModel => ({
  day: new Date(at).toISOString().slice(0, 10),
  model: familyOf(model),
  counts: tokens,
  estimated: estimated !== null,
  cost,
});

/** Every record of all tenants on the UTC days from the first to the last, both included. `onDay`: told when a tenant's day is read. */
export async function* readBooks(
  books: Books,
  first: string,
  last: string,
  onDay: () => void = () => undefined,
): AsyncGenerator<BookedDayOfModel> {
  const end = Date.parse(last) + 24 * HOUR_MS;
  for await (const { tenantId } of books.tenants.list()) {
    for (let from = Date.parse(first); from < end; from += AT_ONCE * HOUR_MS) {
      const hours = Array.from({ length: AT_ONCE }, (_, hour) => from + hour * HOUR_MS);
      const read = hours.map((hour) => Array.fromAsync(books.usage.inHour(tenantId, hour), booked));
      for (const records of await Promise.all(read)) yield* records;
      onDay();
    }
  }
}
