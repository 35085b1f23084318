import type { Item, Key } from '../dynamodb/attributes.ts';
import type { Assumption } from '../dynamodb/condition.ts';
import { causeOf, isTransient, mayBeDone, storeUnavailable } from '../dynamodb/failure.ts';
import type { Table, WritingOptions } from '../dynamodb/table.ts';
import type { Updated } from '../dynamodb/update.ts';
import { type Clock, orAborted } from '../kernel/clock.ts';
import type { ItemUpdate } from './compose.ts';
import { afterEach } from './effect.ts';
import { inOrder, type Member, MOST_IN_ONE, type Plan, plan } from './plan.ts';
import { createQueues } from './queues.ts';

export interface GroupOptions extends WritingOptions {
  /** Sent a single time, alone or in a group. */
  readonly once?: boolean;
  /** What serves as well, where those who go before it have made the first impossible. */
  readonly otherwise?: ItemUpdate;
  /** It makes room for others, so it goes before those that wait with it. */
  readonly frees?: boolean;
}

/**
 * Updates of items, as a table has them, but those of one item that come while another of this process is under way go
 * out as one. Each is done or refused by its own assumption, and answered when it is durable or what refuses it was seen.
 */
export interface GroupCommit {
  update(key: Key, change: ItemUpdate['change'], assumed: Assumption, options?: GroupOptions): Promise<Updated>;
}

interface Asking extends Member {
  readonly key: Key;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (updated: Updated) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions {
  /** Updates that go out in one; 1: each by itself. */
  readonly most?: number | undefined;
  /** Tells when a write is slow, and holds up nobody any more; without one, others wait for its end. */
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

export const createGroupCommit = (
  table: Pick<Table, 'update' | 'repeatedly'>,
  { most = MOST_IN_ONE, clock }: GroupCommitOptions = {},
): GroupCommit => {
  const ONCE = { once: true } as const;

  const alone = (members: readonly Asking[]): void => {
    for (const { key, update, resolve, reject } of members)
      table.update(key, update.change, update.assumed, ONCE).then(resolve, reject);
  };

  /** One write, and what becomes of those whom it is about; `seen` is what the others can be judged by, `null` nothing. */
  const write = async (
    { group, waiting: others, pending }: Plan<Asking>,
    { change, assumed }: ItemUpdate,
  ): Promise<{ readonly left: readonly Asking[]; readonly seen: Item | null }> => {
    const [first] = group;
    if (first === undefined) return { left: others, seen: null };
    try {
      const whole = others.length > 0 && { whole: true };
      const updated = await table.update(first.key, change, assumed, { ...ONCE, ...whole });
      if (updated.applied) {
        const items = afterEach(
          group.map(({ update }) => update),
          updated.item,
        );
        for (const [at, { resolve }] of group.entries()) resolve({ applied: true, item: items[at] ?? updated.item });
        return { left: others, seen: updated.item };
      }
      if (group.length === 1) {
        first.resolve(updated);
        return { left: others, seen: updated.found };
      }
      if (plan(group, updated.found, most).group.length < group.length) return { left: pending, seen: updated.found };
      // Refused, although each of them fits: what stands there is not as it was understood.
      alone(group);
    } catch (error) {
      // A request that the service does not take is one member's fault at most, and for certain nothing was done.
      if (group.length > 1 && !isTransient(causeOf(error))) alone(group);
      else for (const { reject } of group) reject(error);
      if (mayBeDone(error)) {
        scatter(others);
        return { left: [], seen: null };
      }
    }
    return { left: others, seen: null };
  };

  /** Deals with all of these, which want one item. Never rejects. */
  const commit = async (members: readonly Asking[]): Promise<void> => {
    try {
      let left: readonly Asking[] = inOrder(members);
      let seen: Item | null = null;
      while (left.length > 0) {
        const present: readonly Asking[] = left.filter(({ signal }) => signal?.aborted !== true);
        const planned: Plan<Asking> = plan(present, seen, most);
        for (const { resolve } of planned.refused) resolve({ applied: false, found: seen ?? {} });
        if (planned.update === null) return;
        ({ left, seen } = await write(planned, planned.update));
      }
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  };

  /** Where there was no answer, nobody waits in line for the next that may not come. */
  const scatter = (members: readonly Asking[]): void => {
    for (let rest = members; rest.length > 0;) {
      const { group, waiting } = plan(rest, null, most);
      void commit(group);
      rest = waiting;
    }
  };

  const queues = createQueues<Asking>(commit, { most, clock });

  const ask = (key: Key, update: ItemUpdate, { frees = false, signal, otherwise }: GroupOptions): Promise<Updated> => {
    const { promise, resolve, reject } = Promise.withResolvers<Updated>();
    queues.join(`${key.pk}\n${key.sk}`, { key, update, otherwise, frees, signal, resolve, reject });
    if (signal === undefined) return promise;
    return orAborted(promise, signal).catch((error: unknown) => {
      throw signal.aborted ? storeUnavailable(error) : error;
    });
  };

  return {
    update(key, change, assumed, options = {}) {
      const once = () => ask(key, { change, assumed }, options);
      return options.once === true ? once() : table.repeatedly(once, options);
    },
  };
};
