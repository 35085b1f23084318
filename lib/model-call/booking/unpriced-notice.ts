import { label, safe } from '../../kernel/redacted.ts';
import { familyOf } from '../../pricing/pricing.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { UsageRecord } from '../../usage/record.ts';

/** Kinds that one process tells of at most: their names come from outside. */
const MOST_KINDS = 100;

/** A name as the provider forms them; anything else could say anything. */
const NAME = /^[a-z][a-z0-9_.]{0,63}$/;

/** Tells the operator of what answers list and nobody can price, each kind once a process. */
export const createUnpricedNotice = (emit: Emit) => {
  const known = new Set<string>();
  return ({ attemptId, model, tenantId }: UsageRecord, names: readonly string[]): void => {
    for (const name of names) {
      if (known.has(name) || known.size >= MOST_KINDS) continue;
      known.add(name);
      emit({
        type: 'usage.unpriced',
        what: NAME.test(name) ? label(name) : safe`(withheld)`,
        model: label(familyOf(model)),
        tenantId: label(tenantId),
        attemptId: label(attemptId),
      });
    }
  };
};
