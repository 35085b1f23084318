import {
  flag,
  type Item,
  type Key,
  keyOf,
  n,
  optional,
  readFlag,
  readNumber,
  readString,
  s,
} from '../dynamodb/attributes.ts';
import type { Claim, Ending, Running } from './claim.ts';
import type { ScopedKey } from './key.ts';

/** A claim has a partition of its own, with the pieces of a large answer beside it. */
export const claimKey = (key: ScopedKey): Key => ({ pk: `idem#${key}`, sk: 'claim' });

const held = (key: ScopedKey, claim: Pick<Running, 'claimId' | 'fingerprint' | 'expiresAt'>): Item => ({
  ...keyOf(claimKey(key)),
  claimId: s(claim.claimId),
  fingerprint: s(claim.fingerprint),
  expiresAt: n(claim.expiresAt),
});

/** The attribute is there or not, so that its absence can be a condition. */
export const EFFECTS = 'effects';

export const runningItem = (key: ScopedKey, claim: Running): Item => ({
  ...held(key, claim),
  state: s(claim.state),
  lockedUntil: n(claim.lockedUntil),
  ...(claim.effects ? { [EFFECTS]: flag(true) } : {}),
});

/** An ended claim; the text of its answer is stored apart and comes as attributes. */
export const endedItem = (key: ScopedKey, owner: Running, ending: Ending, text: Item): Item => ({
  ...held(key, owner),
  state: s(ending.state),
  ...(ending.runId === null ? {} : { runId: s(ending.runId) }),
  ...(ending.state === 'completed' ? { status: n(ending.status), ...text } : {}),
});

export const claimOf = (item: Item, readText: () => Promise<string>): Claim => {
  const common = {
    claimId: readString(item, 'claimId'),
    fingerprint: readString(item, 'fingerprint'),
    expiresAt: readNumber(item, 'expiresAt') as Claim['expiresAt'],
  };
  const state = readString(item, 'state');
  const runId = optional(item, 'runId', readString);
  if (state === 'completed') return { ...common, state, runId, status: readNumber(item, 'status'), readText };
  if (state === 'too-large') return { ...common, state, runId };
  const effects = optional(item, EFFECTS, readFlag) === true;
  return { ...common, state: 'running', lockedUntil: readNumber(item, 'lockedUntil'), effects };
};
