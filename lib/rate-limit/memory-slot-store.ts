import type { Holding, Slot, SlotStore } from './slot-store.ts';

/** For tests, and for an environment without a table. */
export const createMemorySlotStore = (): SlotStore => {
  const tenants = new Map<string, Map<number, Holding>>();
  const of = (tenantId: string) => {
    const slots = tenants.get(tenantId) ?? new Map<number, Holding>();
    tenants.set(tenantId, slots);
    return slots;
  };
  const holderOf = ({ tenantId, number }: Slot) => of(tenantId).get(number)?.holder;
  const isHeld = (holding: Holding | undefined, now: number) =>
    holding !== undefined && holding.expiresAt > Math.floor(now / 1000);

  return {
    async claim({ tenantId, number }, holding, now) {
      if (isHeld(of(tenantId).get(number), now)) return false;
      of(tenantId).set(number, holding);
      return true;
    },
    held: async (tenantId, now) =>
      new Map(
        [...of(tenantId)].filter(([, holding]) => isHeld(holding, now)).map(([number, { holder }]) => [number, holder]),
      ),
    async takeOver(slot, from, holding) {
      if (holderOf(slot) !== from) return false;
      of(slot.tenantId).set(slot.number, holding);
      return true;
    },
    async renew(slot, holding) {
      if (holderOf(slot) !== holding.holder) return false;
      of(slot.tenantId).set(slot.number, holding);
      return true;
    },
    release: async (slot, holder) => holderOf(slot) === holder && of(slot.tenantId).delete(slot.number),
  };
};
