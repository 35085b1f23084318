/** What is being forgotten in the tables that are gone through item by item. */
export type ScannedTable = 'runs' | 'control';

export interface ScannedKey {
  readonly pk: string;
  readonly sk: string;
}

/** Partitions that are the tenant's alone, by how they begin; ids of tenants have neither `#` nor `/`. */
const OWN: Readonly<Record<ScannedTable, (tenantId: string) => readonly string[]>> = {
  runs: (tenantId) => [`${tenantId}/`, `session#${tenantId}/`, `user-runs#${tenantId}/`, `queue#${tenantId}`],
  control: (tenantId) => [
    `idem#${tenantId}#`,
    `idem-of#${tenantId}/`,
    `cache#${tenantId}#`,
    ...['tenant', 'key', 'user'].map((whose) => `rate#${whose}#${tenantId}#`),
    `slots#${tenantId}`,
    `key-use#${tenantId}`,
  ],
};

/** Partitions of all tenants, whose sort keys say whose an item is: behind an instant, or at once. */
const SHARED = /^(?:active|erase|outbox)#\d+$|^erase-users$/;

/** Whether an item goes with the tenant. Pure; what only looks like it, as a tenant whose id begins so, stays. */
export const isOwn = (table: ScannedTable, tenantId: string, { pk, sk }: ScannedKey): boolean => {
  const begins = OWN[table](tenantId);
  if (begins.some((begin) => (/[#/]$/.test(begin) ? pk.startsWith(begin) : pk === begin))) return true;
  return table === 'runs' && SHARED.test(pk) && sk.replace(/^\d{15}#/, '').startsWith(`${tenantId}/`);
};

/** As docs/data.md names its kind. */
export const kindOf = (table: ScannedTable, { pk, sk }: ScannedKey): string => {
  if (/\/run_[^#/]*$/.test(pk) && !pk.startsWith('session#')) return `${table} */run_* ${sk.replace(/#.*/, '#*')}`;
  const kind = pk.includes('#') ? pk.replace(/#.*/s, '#*') : pk;
  return pk.startsWith('session#') ? `${table} ${kind} ${sk.replace(/#.*/, '#*')}` : `${table} ${kind}`;
};
