import { type Item, keyOf, n, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { displayed, safe } from '../../kernel/redacted.ts';
import type { Transition } from '../alarm/transition.ts';
import { changed, type Changes, rest, STEADY, type Verdict } from './flapping.ts';

/** An alarm that flapped and has come to rest. */
export interface Rested {
  /** Its last change. */
  readonly transition: Transition;
  readonly how: 'over' | 'lasts';
  /** It is told: its changes count anew. `false`: it has changed meanwhile, and they do not. */
  readonly done: () => Promise<boolean>;
}

/** The changes of alarms, as far as they decide what is told. Every method rejects with `store-unavailable` only. */
export interface Flaps {
  note(transition: Transition): Promise<Verdict>;
  /** Those that flap, and those of which it is not told yet that they rest, by `Transition.alarmId`. */
  flapping(): Promise<ReadonlySet<string>>;
  rested(): Promise<readonly Rested[]>;
}

const PARTITION = 'alert#flaps';
const KEPT_MS = 2 * 86_400_000;
/** Deliveries of one alarm that write at the same time: hardly ever two. */
const MAX_TRIES = 10;

interface Kept {
  readonly changes: Changes;
  readonly last: Transition;
}

const read = (item: Item): Kept => {
  const { changes, last } = JSON.parse(readString(item, 'kept')) as Kept;
  return { changes, last: { ...last, alarm: displayed(last.alarm) } };
};

const later = (one: Transition | undefined, other: Transition): Transition =>
  one !== undefined && one.changedAt > other.changedAt ? one : other;

/** One item for each alarm that changed lately, in one partition. */
export const createFlaps = ({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get' | 'putNewOrFind' | 'replace' | 'query'>;
  readonly clock: Clock;
}): Flaps => {
  const itemOf = (alarmId: string, version: number, kept: Kept): Item => ({
    ...keyOf({ pk: PARTITION, sk: alarmId }),
    version: n(version),
    kept: s(JSON.stringify(kept)),
    expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
  });
  /** Writes over the item as it was read; `false` where another was quicker. */
  const write = (alarmId: string, found: Item | null, kept: Kept): Promise<boolean> => {
    if (found === null) return table.putNewOrFind(itemOf(alarmId, 1, kept)).then((other) => other === null);
    const version = readNumber(found, 'version');
    return table.replace(itemOf(alarmId, version + 1, kept), { equal: { version: n(version) } });
  };
  async function* readAll() {
    for await (const item of table.query(PARTITION, '')) yield { item, ...read(item) };
  }
  return {
    async note(transition) {
      const { id, alarmId, state } = transition;
      const change = { id, at: Date.parse(transition.changedAt), begins: state === 'ALARM' };
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const found = await table.get({ pk: PARTITION, sk: alarmId });
        const kept = found === null ? undefined : read(found);
        const { changes = STEADY } = kept ?? {};
        const { verdict, next } = changed(changes, change);
        if (next === changes) return verdict;
        if (await write(alarmId, found, { changes: next, last: later(kept?.last, transition) })) return verdict;
      }
      throw new AppError('store-unavailable', safe`The changes of an alarm could not be noted.`);
    },

    async flapping() {
      const all = new Set<string>();
      for await (const { changes, last } of readAll()) if (changes.isFlapping) all.add(last.alarmId);
      return all;
    },

    async rested() {
      const all: Rested[] = [];
      for await (const { item, changes, last } of readAll()) {
        const how = rest(changes, clock.now());
        if (how === null) continue;
        const done = () => write(last.alarmId, item, { changes: STEADY, last });
        all.push({ transition: last, how, done });
      }
      return all;
    },
  };
};
