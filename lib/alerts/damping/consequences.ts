import { type Item, keyOf, n, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { type Clock, epochSeconds, sleep } from '../../kernel/clock.ts';
import { displayed } from '../../kernel/redacted.ts';
import { isCause, type Transition } from '../alarm/transition.ts';
import type { NotifiedAlarms } from '../notified-alarms.ts';

/** So long a consequence waits for its cause: both are looked at each minute, and one may need two minutes more. */
export const HOLD_MS = 120_000;
const LOOK_EACH_MS = 10_000;

/** A cause that is on for longer silences nothing that begins then: its end may have been lost. */
export const LONGEST_CAUSE_MS = 12 * 3_600_000;
const KEPT_MS = 2 * 86_400_000;
const PARTITION = 'alert#causes';
const NEVER = new AbortController().signal;

/** An alarm that was silenced and outlasts its cause. */
export interface Outlasting {
  readonly transition: Transition;
  /** It is told. `false`: it has changed meanwhile. */
  readonly done: () => Promise<boolean>;
}

/** Alarms that a composite one says in one message. Every method rejects with `store-unavailable` only. */
export interface Consequences {
  /** Whether nothing is to be said of a change, because its cause is told instead; that is waited for, `HOLD_MS` at most. */
  silences(transition: Transition): Promise<boolean>;
  outlasting(): Promise<readonly Outlasting[]>;
  /** Those of which nothing is said, each by its last change. */
  silenced(): Promise<readonly Transition[]>;
}

/** Where no composite alarm is made: nothing is silenced, and nothing waits. */
export const NO_CONSEQUENCES: Consequences = {
  silences: async () => false,
  outlasting: async () => [],
  silenced: async () => [],
};

/** What is known of a cause, or of a silenced consequence, by its last change. */
interface Known {
  readonly isOn: boolean;
  readonly at: number;
  readonly last: Transition;
}

const knownOf = (item: Item): Known => {
  const last = JSON.parse(readString(item, 'last')) as Transition;
  return {
    isOn: readString(item, 'state') === 'on',
    at: readNumber(item, 'at'),
    last: { ...last, alarm: displayed(last.alarm) },
  };
};

const atOf = ({ changedAt }: Transition): number => Date.parse(changedAt);

export const createConsequences = ({
  table,
  clock,
  notifiedAlarms,
}: {
  readonly table: Pick<Table, 'get' | 'put' | 'replace' | 'query'>;
  readonly clock: Clock;
  readonly notifiedAlarms: Pick<NotifiedAlarms, 'has'>;
}): Consequences => {
  const read = async (sk: string): Promise<Known | null> => {
    const item = await table.get({ pk: PARTITION, sk });
    return item === null ? null : knownOf(item);
  };
  const readAll = async (): Promise<ReadonlyMap<string, Known>> => {
    const all = new Map<string, Known>();
    for await (const item of table.query(PARTITION, '')) all.set(readString(item, 'sk'), knownOf(item));
    return all;
  };
  const itemOf = (last: Transition, isOn: boolean): Item => ({
    ...keyOf({ pk: PARTITION, sk: last.alarmId }),
    state: s(isOn ? 'on' : 'over'),
    at: n(atOf(last)),
    last: s(JSON.stringify(last)),
    expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
  });
  const isActive = (cause: Known | null, now: number): boolean =>
    cause !== null && cause.isOn && now - cause.at < LONGEST_CAUSE_MS;

  /** Whether a change is silenced; `null`: that is not known yet. */
  const verdictOf = async (transition: Transition, causeId: string): Promise<boolean | null> => {
    const begins = transition.state === 'ALARM';
    const [own, cause] = await Promise.all([read(transition.alarmId), read(causeId)]);
    // Delivered again.
    if (own !== null && own.at >= atOf(transition)) return true;
    const isSilent = begins ? isActive(cause, clock.now()) : own?.isOn === true;
    if (isSilent) {
      await table.put(itemOf(transition, begins));
      return true;
    }
    return !begins && (await notifiedAlarms.has(transition.alarmId)) ? false : null;
  };

  return {
    async silences(transition) {
      const { follows } = transition;
      if (follows === null) return false;
      if (isCause(transition)) {
        const before = await read(transition.alarmId);
        if (before === null || before.at < atOf(transition))
          await table.put(itemOf(transition, transition.state === 'ALARM'));
        return false;
      }
      const until = clock.now() + HOLD_MS;
      for (;;) {
        const verdict = await verdictOf(transition, follows.causeId);
        if (verdict !== null) return verdict;
        const leftMs = until - clock.now();
        if (leftMs <= 0) return false;
        await sleep(clock, Math.min(LOOK_EACH_MS, leftMs), NEVER);
      }
    },

    async silenced() {
      const all = [...(await readAll()).values()];
      return all.filter(({ isOn, last }) => isOn && !isCause(last)).map(({ last }) => last);
    },

    async outlasting() {
      const all = await readAll();
      return [...all.values()].flatMap(({ isOn, at, last }) => {
        const { follows } = last;
        if (!isOn || follows === null || isCause(last)) return [];
        const cause = all.get(follows.causeId) ?? null;
        const now = clock.now();
        if (isActive(cause, now) || now - Math.max(at, cause?.at ?? 0) < follows.forMs) return [];
        const done = () => table.replace(itemOf(last, false), { equal: { state: s('on'), at: n(at) } });
        return [{ transition: last, done }];
      });
    },
  };
};
