import type { ApiKey } from './types.ts';

/** The older key first; of two that are as old, the one whose id sorts first. */
export const inOrderOfBirth = (a: ApiKey, b: ApiKey): number =>
  a.createdAt - b.createdAt || (a.keyId < b.keyId ? -1 : 1);
