import { minus, pico, type PicoUsd, sum, ZERO } from '../../kernel/money.ts';
import { type Account, dayOf, type Limits, monthOf, NO_LIMITS, shardAccount, tenantAccount } from '../account.ts';
import { beingSettled } from '../answer.ts';
import { EMPTY } from '../balance.ts';
import type { Reservation } from '../reservation.ts';
import type { AccountMonth, BudgetStore, Found, Reserved } from '../store.ts';
import { type Allotment, NOTHING, termsOf } from './allotment.ts';
import { heldBetween, type Part, type WholeMonth, withShards } from './whole-month.ts';

/** Reservations of the size that is asked for that a shard is lent at a time, where the account has plenty. */
const LENT_AHEAD = 16n;

/** How often a shard is asked, and lent what it lacks, before the call is told to come again. */
const MAX_LOOKS = 8;

export interface Shards {
  /**
   * As `BudgetStore.reserve`, in the reservation's shard of the account, which is lent what it lacks; without one in the account
   * itself, to which its shards give back what it lacks. Rejects with `store-unavailable` if others are always quicker.
   */
  reserve(tenant: Account, reservation: Reservation): Promise<Reserved>;
}

const higher = (one: PicoUsd, other: PicoUsd): PicoUsd => (one > other ? one : other);
const lower = (one: PicoUsd, other: PicoUsd): PicoUsd => (one < other ? one : other);

type Counters = Pick<AccountMonth, 'days' | 'month'>;

const inDay = ({ days }: Counters, day: string): PicoUsd => days.get(day) ?? ZERO;

/** What each limit leaves beside these counters; `null`: there is no limit. */
const leftOf = (counters: Counters, day: string, limits: Limits): Limits => ({
  day: limits.day === null ? null : minus(limits.day, inDay(counters, day)),
  month: limits.month === null ? null : minus(limits.month, counters.month),
});

const fits = ({ day, month }: Limits, amount: PicoUsd): boolean =>
  (day === null || amount <= day) && (month === null || amount <= month);

const lentIn = (month: AccountMonth | null, day: string, shard: number): Allotment =>
  month?.allotments.find((one) => one.day === day && one.shard === shard)?.allotment ?? NOTHING;

/** What nobody has reserved of what a shard was lent. */
const freeOf = (month: AccountMonth | null, day: string): PicoUsd =>
  month === null ? ZERO : higher(ZERO, minus(ZERO, inDay(month, day)));

/** Whether money is what it lacks: nothing else keeps it from being held. */
const lacksMoney = ({ fence, open, tombstones }: Found, { attemptId, at }: Reservation): boolean =>
  fence < at && ![...open, ...tombstones].some((each) => each.attemptId === attemptId);

/** What a shard can spare of a day: what nobody has reserved, what it was never told of, and what the account was not. */
interface Spare {
  readonly day: string;
  readonly shard: number;
  readonly holder: Account;
  readonly lent: Allotment;
  readonly known: Allotment;
  readonly free: PicoUsd;
  readonly underWay: PicoUsd;
  readonly unnoted: PicoUsd;
}

const total = ({ free, underWay, unnoted }: Spare): PicoUsd => sum([free, underWay, unnoted]);

const spareOf = (account: Part, { shard, account: holder, month }: Part): Spare[] => {
  if (shard === null) return [];
  const days = account.month.allotments.filter((one) => one.shard === shard);
  return days
    .map(({ day, allotment: lent }) => {
      const known = lentIn(month, day, shard);
      const underWay = minus(lent.granted, known.granted);
      const unnoted = minus(known.returned, lent.returned);
      return { day, shard, holder, lent, known, underWay, unnoted, free: freeOf(month, day) };
    })
    .filter((one) => total(one) > ZERO);
};

/** A shard has no more than what it was lent. */
const LENT_ALONE: Limits = { day: ZERO, month: null };

const NOTHING_HELD: Found = { ...EMPTY, adjustments: [], allotments: [], tombstones: [], fence: 0 };

type Store = Pick<BudgetStore, 'reserve' | 'month' | 'move'>;

export const createShards = (store: Store): Shards => {
  const readWhole = async ({ tenantId, at }: Reservation): Promise<WholeMonth | null> => {
    const month = await store.month(tenantAccount(tenantId), monthOf(at));
    return month === null ? null : withShards(month, tenantId, (shard, name) => store.month(shard, name));
  };

  /** Takes back from a shard up to an amount of what it can spare. `false`: something came in between. */
  const takeBack = async (account: Part, from: Spare, most: PicoUsd): Promise<boolean> => {
    const { day, shard, holder, lent, known, free, underWay, unnoted } = from;
    const by = lower(free, higher(ZERO, pico(most - underWay - unnoted)));
    const is = { granted: lent.granted, returned: sum([known.returned, underWay, by]), terms: known.terms };
    const given = { day, shard, was: known, is, by, within: by > ZERO ? LENT_ALONE : NO_LIMITS };
    if (underWay + by > ZERO && !(await store.move(holder, given))) return false;
    const noted = { ...lent, returned: is.returned };
    const back = minus(lent.returned, is.returned);
    return await store.move(account.account, { day, shard, was: lent, is: noted, by: back, within: NO_LIMITS });
  };

  /** Makes room in the account by what its shards can spare. Resolves to where the tenant stands if that is not enough. */
  const gather = async (limits: Limits, reservation: Reservation, lacking: PicoUsd): Promise<Found | null> => {
    const { at, amount, shard } = reservation;
    const day = dayOf(at);
    const holds = (counters: Counters) => fits(leftOf(counters, day, limits), amount);
    const whole = await readWhole(reservation);
    const [account, ...shards] = whole?.parts ?? [];
    if (whole === null || account === undefined) return NOTHING_HELD;
    if (!holds(whole)) {
      // The items were read one after the other, so what they say together may never have been so.
      const again = (await readWhole(reservation)) ?? whole;
      return !holds(again) && !holds(heldBetween(whole, again)) ? again : null;
    }
    const left = leftOf(account.month, day, limits);
    let ofDay = left.day === null ? ZERO : minus(lacking, left.day);
    let ofMonth = left.month === null ? ZERO : minus(lacking, left.month);
    // What the shard itself has for this day is needed there, but for what it was lent under limits that allowed more.
    const isOwn = (one: Spare) => one.shard === shard && one.day === day;
    const spare = shards.flatMap((part) => spareOf(account, part)).sort((a, b) => (total(b) > total(a) ? 1 : -1));
    for (const one of [...spare.filter((each) => !isOwn(each)), ...spare.filter(isOwn)]) {
      const most = one.day === day ? higher(ofDay, ofMonth) : ofMonth;
      if (most <= ZERO) continue;
      if (!(await takeBack(account, one, most))) return null;
      if (one.day === day) ofDay = minus(ofDay, total(one));
      ofMonth = minus(ofMonth, total(one));
    }
    return null;
  };

  /** Lends a shard what it lacks. Resolves to where the tenant stands if there is not so much. */
  const lend = async (tenant: Account, reservation: Reservation, shard: number): Promise<Found | null> => {
    const { tenantId, at, amount } = reservation;
    const { limits, shards = 1 } = tenant;
    const terms = termsOf(limits);
    const [day, month] = [dayOf(at), monthOf(at)];
    const [account, own] = await Promise.all([
      store.month(tenant, month),
      store.month(shardAccount(tenantId, shard), month),
    ]);
    let lent = lentIn(account, day, shard);
    const known = lentIn(own, day, shard);
    const move = { day, shard, within: NO_LIMITS };
    if (known.returned > lent.returned) {
      const is = { ...lent, returned: known.returned };
      const by = minus(lent.returned, known.returned);
      if (!(await store.move(tenant, { ...move, was: lent, is, by }))) return null;
      lent = is;
    }
    const underWay = minus(lent.granted, known.granted);
    const lacking = higher(ZERO, pico(amount - freeOf(own, day) - underWay));
    if (lacking > ZERO || lent.terms !== terms) {
      const left = leftOf(account ?? EMPTY, day, limits);
      if (!fits(left, lacking)) return gather(limits, reservation, lacking);
      const ample = [left.day, left.month].reduce(
        (least: PicoUsd, one) => (one === null ? least : lower(least, pico(one / BigInt(2 * shards)))),
        pico(LENT_AHEAD * amount),
      );
      const by = higher(lacking, ample);
      const is = { granted: pico(lent.granted + by), returned: lent.returned, terms };
      if (!(await store.move(tenant, { ...move, was: lent, is, by, within: limits }))) return null;
      lent = is;
    }
    const is = { granted: lent.granted, returned: known.returned, terms };
    const by = minus(known.granted, lent.granted);
    await store.move(shardAccount(tenantId, shard, terms), { ...move, was: known, is, by });
    return null;
  };

  return {
    async reserve(tenant, reservation) {
      const { tenantId, shard, amount } = reservation;
      const holder = shard === undefined ? tenant : shardAccount(tenantId, shard, termsOf(tenant.limits));
      for (let look = 0; look < MAX_LOOKS; look += 1) {
        const answer = await store.reserve(holder, reservation);
        if (answer.reserved) return answer;
        const { balance, crowded, repeated } = answer;
        // What a shard counts says nothing of the limits of its account.
        if (crowded || repeated || !lacksMoney(balance, reservation))
          return { ...answer, balance: { ...balance, ...EMPTY } };
        const spent =
          shard === undefined
            ? await gather(tenant.limits, reservation, amount)
            : await lend(tenant, reservation, shard);
        if (spent !== null) return { reserved: false, repeated, crowded, balance: spent };
      }
      throw beingSettled();
    },
  };
};
