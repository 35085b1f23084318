import { pico, type PicoUsd } from '../kernel/money.ts';

/** What one attempt may cost at most, held back until it is known what it did cost. */
export interface Reservation {
  /** `runId:step:attempt`. */
  readonly attemptId: string;
  readonly tenantId: string;
  /** Epoch milliseconds; says to which day and month the attempt belongs, for good. */
  readonly at: number;
  readonly amount: PicoUsd;
  readonly keyId: string;
  readonly userId: string | null;
  readonly agent: string;
  readonly model: string;
  /** Which accounts besides the tenant's hold it too. */
  readonly alsoHeldBy: readonly ('key' | 'user')[];
}

const FLAGS = { key: 'k', user: 'u' } as const;

/**
 * What stands in the item: all that is needed to book the attempt if its process dies, as short as it can be,
 * because every write to a hot item is paid by its size.
 */
export const packReservation = (held: Reservation): string =>
  [
    held.amount.toString(36),
    held.at.toString(36),
    held.alsoHeldBy.map((scope) => FLAGS[scope]).join(''),
    ...[held.keyId, held.model, held.agent].map(encodeURIComponent),
    // Last and as it is: whatever it holds, nothing comes after it.
    ...(held.userId === null ? [] : [held.userId]),
  ].join('|');

const parseBase36 = (digits: string): bigint => {
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
};

const isBase36 = (text: string | undefined): boolean => /^[0-9a-z]+$/.test(text ?? '');

/** `null` where the text is none of ours: then another version wrote it, and that one will settle it. */
export const unpackReservation = (tenantId: string, attemptId: string, text: string): Reservation | null => {
  const [amount, at, flags, keyId, model, agent, ...user] = text.split('|');
  if (agent === undefined || !isBase36(amount) || !isBase36(at)) return null;
  return {
    attemptId,
    tenantId,
    at: Number.parseInt(at ?? '', 36),
    amount: pico(parseBase36(amount ?? '')),
    keyId: decodeURIComponent(keyId ?? ''),
    model: decodeURIComponent(model ?? ''),
    agent: decodeURIComponent(agent),
    userId: user.length === 0 ? null : user.join('|'),
    alsoHeldBy: (['key', 'user'] as const).filter((scope) => flags?.includes(FLAGS[scope])),
  };
};
