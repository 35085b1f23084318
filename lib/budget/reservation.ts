import { fromBase36 } from '../kernel/ids/base36.ts';
import { pico, type PicoUsd } from '../kernel/money.ts';
import {
  type Account,
  hashedUserAccount,
  keyAccount,
  type Scope,
  shardAccount,
  stageAccount,
  tenantAccount,
  userHashOf,
} from './account.ts';

/** What one attempt may cost at most, held back until it is known what it did cost. */
export interface Reservation {
  /** `runId:step:attempt`. */
  readonly attemptId: string;
  readonly tenantId: string;
  /** Epoch milliseconds; says to which day and month the attempt belongs, for good. */
  readonly at: number;
  readonly amount: PicoUsd;
  readonly keyId: string;
  /** The end user by `userHashOf`: names of up to 1 KB would make every write of a hot item dearer. */
  readonly userHash: string | null;
  readonly agent: string;
  readonly model: string;
  /** Which accounts besides the tenant's hold it too. */
  readonly alsoHeldBy: readonly Exclude<Scope, 'tenant'>[];
  /** Which shard of the tenant's account holds it. Default: the account itself. */
  readonly shard?: number;
  /** Nobody holds it: no limit needs it, and its account had many open. Its cost is added when it is known. */
  readonly unheld?: boolean;
  /** A request that holds it may still arrive: whoever ends it leaves a tombstone. Known to its owner alone. */
  readonly fenced?: boolean;
  /** As it stands in the item, where it was read from there and another version may have written it. */
  readonly packed?: string;
}

/** The tenant's account that holds a reservation, or its shard that does. */
export const homeOf = ({ tenantId, shard }: Pick<Reservation, 'tenantId' | 'shard'>): Account =>
  shard === undefined ? tenantAccount(tenantId) : shardAccount(tenantId, shard);

/** The accounts besides the tenant's that hold a reservation, found again from the reservation alone. */
export const alsoHolding = ({ tenantId, keyId, userHash, alsoHeldBy }: Reservation): Account[] =>
  alsoHeldBy.map((scope) => {
    if (scope === 'stage') return stageAccount();
    return scope === 'key' ? keyAccount(tenantId, keyId) : hashedUserAccount(tenantId, userHash ?? userHashOf(null));
  });

/** Does something by their ids in every account that any of them stands in, the tenant's last. */
export const inEachAccount = async (
  reservations: readonly Reservation[],
  act: (account: Pick<Account, 'pk'>, attemptIds: readonly string[]) => Promise<void>,
): Promise<void> => {
  const idsOf = (some: readonly Reservation[]) => some.map(({ attemptId }) => attemptId);
  const holders = reservations.flatMap((each) => alsoHolding(each).map(({ pk }) => ({ pk, each })));
  for (const [pk, some] of Map.groupBy(holders, ({ pk: of }) => of))
    await act({ pk }, idsOf(some.map(({ each }) => each)));
  for (const [pk, some] of Map.groupBy(reservations, (each) => homeOf(each).pk)) await act({ pk }, idsOf(some));
};

const FLAGS = { key: 'k', user: 'u', stage: 's', hash: 'h', unheld: 'n' } as const;

/** What most models' names begin with; a name that begins with the sign itself is encoded. */
const FAMILY = 'claude-';
const packModel = (model: string): string =>
  model.startsWith(FAMILY)
    ? `~${encodeURIComponent(model.slice(FAMILY.length))}`
    : encodeURIComponent(model).replace(/^~/, '%7E');
const unpackModel = (text: string): string =>
  text.startsWith('~') ? FAMILY + decodeURIComponent(text.slice(1)) : decodeURIComponent(text);

/**
 * What stands in the item: all that is needed to book the attempt if its process dies, as short as it can be,
 * because every write to a hot item is paid by its size.
 */
export const packReservation = (held: Reservation): string =>
  held.packed ??
  [
    held.amount.toString(36),
    held.at.toString(36),
    held.alsoHeldBy.map((scope) => FLAGS[scope]).join('') +
      (held.unheld ? FLAGS.unheld : '') +
      FLAGS.hash +
      (held.shard ?? ''),
    encodeURIComponent(held.keyId),
    packModel(held.model),
    encodeURIComponent(held.agent),
    ...(held.userHash === null ? [] : [Buffer.from(held.userHash, 'hex').toString('base64url')]),
  ].join('|');

const isBase36 = (text: string | undefined): boolean => /^[0-9a-z]+$/.test(text ?? '');

/** Before users were hashed, their names stood last and as they are. */
const unpackUser = (isHash: boolean, user: readonly string[]): string | null => {
  if (user.length === 0) return null;
  return isHash ? Buffer.from(user[0] ?? '', 'base64url').toString('hex') : userHashOf(user.join('|'));
};

/** `null` where the text is none of ours: then another version wrote it, and that one will settle it. */
export const unpackReservation = (tenantId: string, attemptId: string, text: string): Reservation | null => {
  const [amount, at, flags, keyId, model, agent, ...user] = text.split('|');
  if (agent === undefined || !isBase36(amount) || !isBase36(at)) return null;
  const isHash = flags?.includes(FLAGS.hash) ?? false;
  const shard = /\d+$/.exec(flags ?? '')?.[0];
  return {
    attemptId,
    tenantId,
    at: Number.parseInt(at ?? '', 36),
    amount: pico(fromBase36(amount ?? '')),
    keyId: decodeURIComponent(keyId ?? ''),
    model: isHash ? unpackModel(model ?? '') : decodeURIComponent(model ?? ''),
    agent: decodeURIComponent(agent),
    userHash: unpackUser(isHash, user),
    alsoHeldBy: (['key', 'user', 'stage'] as const).filter((scope) => flags?.includes(FLAGS[scope])),
    ...(shard === undefined ? {} : { shard: Number(shard) }),
    ...(flags?.includes(FLAGS.unheld) ? { unheld: true } : {}),
    ...(isHash ? {} : { packed: text }),
  };
};
