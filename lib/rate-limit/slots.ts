import type { Clock, Random } from '../kernel/clock.ts';
import { createDeadline, storageLimitMs } from '../kernel/deadline.ts';
import { safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { type HeldSlot, holdingOf, holdSlot, SLOT_LIMIT_MS, type SlotDeadline } from './held-slot.ts';
import type { Slot, SlotStore } from './slot-store.ts';

/** Slots tried after the partition was read; each was free then, and is lost only to another taker. */
export const MAX_FREE_TRIES = 4;
/** Nobody knows when a run ends; a second is as soon as asking again makes sense. */
export const SLOT_RETRY_MS = 1_000;

export type SlotDecision =
  /** Of what takes no slot nothing can be left. */
  | ({ readonly held: true } & Pick<HeldSlot, 'release'> & Partial<Pick<HeldSlot, 'leave'>>)
  | { readonly held: false; readonly retryAfterMs: number };

/** How many runs a tenant has at once, over every process on the store. */
export interface Slots {
  /**
   * Takes one of `count` slots, kept until it is released; that of a killed holder comes back after half a minute.
   * `holder` is this taking's own: no other has the same. A slot whose holder begins with `predecessor` is taken over: it was left to
   * this one, or its process was killed. Never rejects: where the store fails the run goes on
   * without a slot, and `limit.unguarded` says so. The slot is free again at the run's `deadline`, whatever becomes of
   * its release.
   */
  take(
    tenantId: string,
    holder: string,
    count: number,
    deadline: SlotDeadline,
    predecessor?: string,
  ): Promise<SlotDecision>;
}

export interface SlotsOptions {
  readonly store: SlotStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
}

export const createSlots = ({ store, clock, random, emit }: SlotsOptions): Slots => {
  /** The slot of a holder before this one, or `null`. */
  const inherit = async (
    { tenantId, deadline, signal }: { tenantId: string; deadline: SlotDeadline; signal: AbortSignal },
    holder: string,
    predecessor: string,
    tried: (number: number) => void,
  ): Promise<number | null> => {
    for (const [number, from] of await store.held(tenantId, clock.now(), signal)) {
      if (!from.startsWith(predecessor)) continue;
      tried(number);
      if (await store.takeOver({ tenantId, number }, from, holdingOf(holder, clock.now(), deadline), signal))
        return number;
    }
    return null;
  };

  /** A slot of its own, or `null`. A free one is found whenever there is one that others do not take meanwhile. */
  const claim = async (
    tenantId: string,
    holder: string,
    count: number,
    deadline: SlotDeadline,
    signal: AbortSignal,
    tried: (number: number) => void,
    predecessor: string | undefined,
  ) => {
    const isMine = (number: number) => {
      tried(number);
      return store.claim({ tenantId, number }, holdingOf(holder, clock.now(), deadline), clock.now(), signal);
    };

    const limits = { tenantId, deadline, signal };
    const before = predecessor === undefined ? null : await inherit(limits, holder, predecessor, tried);
    if (typeof before === 'number') return before;
    const first = Math.floor(random() * count);
    if (await isMine(first)) return first;
    const held = await store.held(tenantId, clock.now(), signal);
    const free = Array.from({ length: count }, (_, number) => number).filter((number) => !held.has(number));
    for (let tries = 0; tries < MAX_FREE_TRIES && free.length > 0; tries += 1) {
      // In random order, so that takers who see the same slots free do not all want the same one.
      const [number = 0] = free.splice(Math.floor(random() * free.length), 1);
      if (await isMine(number)) return number;
    }
    return null;
  };

  /** Frees a slot that may be held without our knowing; what cannot be freed expires. */
  const giveBack = async (slot: Slot, holder: string, deadline: SlotDeadline): Promise<void> => {
    using limit = createDeadline(clock, storageLimitMs(deadline, SLOT_LIMIT_MS));
    await store.release(slot, holder, limit.signal).catch(() => false);
  };

  return {
    async take(tenantId, holder, count, deadline, predecessor) {
      if (deadline.signal.aborted) return { held: true, release: async () => {} };
      if (count <= 0) return { held: false, retryAfterMs: SLOT_RETRY_MS };
      // Never broken off for a client that leaves: the slot would be taken all the same, and nobody would know.
      const limitMs = Math.min(SLOT_LIMIT_MS, deadline.remainingMs());
      using limit = createDeadline(clock, limitMs);
      let last = 0;
      try {
        const number = await claim(
          tenantId,
          holder,
          count,
          deadline,
          limit.signal,
          (tried) => (last = tried),
          predecessor,
        );
        if (number === null) return { held: false, retryAfterMs: SLOT_RETRY_MS };
        return { held: true, ...holdSlot({ store, clock, emit, deadline }, { tenantId, number }, holder) };
      } catch (error) {
        // Of a run that is over nothing more comes.
        const isOver = deadline.signal.aborted || (limit.stoppedBy !== null && limitMs < SLOT_LIMIT_MS);
        if (!isOver) emit({ type: 'limit.unguarded', limit: safe`concurrent-runs`, error: nameError(error) });
        return { held: true, release: () => giveBack({ tenantId, number: last }, holder, deadline) };
      }
    },
  };
};
