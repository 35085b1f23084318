import { ADMIN_USAGE, type Call, verbOf } from './parts.ts';
import { Misused } from './verb.ts';

const USAGE = `Shows, makes and revokes the API keys of a tenant.

  npx ballast keys list <tenant>
  npx ballast keys make <tenant> --name ci --scopes runs:write,runs:read
  npx ballast keys revoke <tenant> <key id>

  --name <name>               of make: what people call it
  --scopes <scope,scope>      of make: what it may do (default: all but admin)
  --expires <instant>         of make: as 2027-01-01T00:00:00Z
  --requests-per-minute <n>   of make
  --daily-budget-usd <money>  of make

The key is printed this once, alone on the standard output, so that a script can take it from there.
${ADMIN_USAGE}`;

interface Key {
  readonly keyId: string;
  readonly key?: string;
  readonly keyPrefix: string | null;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

const pathOf = (tenantId: string, ...more: readonly string[]): string =>
  ['/admin/tenants', ...[tenantId, 'keys', ...more].map(encodeURIComponent)].join('/');

const list = async (call: Call): Promise<undefined> => {
  const found = (await call.api.ask(pathOf(call.words[0] ?? ''))) as { readonly keys: readonly Key[] };
  call.print(found, () =>
    call.table(
      ['key id', 'begins', 'name', 'scopes', 'last used', 'expires'],
      found.keys.map((key) => [
        key.keyId,
        key.keyPrefix,
        key.name,
        key.scopes.join(' '),
        key.lastUsedAt?.slice(0, 16),
        key.expiresAt?.slice(0, 10),
      ]),
    ),
  );
};

const numberOf = (call: Call, option: string): number | undefined => {
  const text = call.text(option);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Misused(`--${option} is a whole number.`);
  return Number(text);
};

const make = async (call: Call): Promise<undefined> => {
  const name = call.text('name');
  if (name === undefined) throw new Misused('--name is missing: what people call the key.');
  const body = {
    name,
    scopes: call.text('scopes')?.split(','),
    expiresAt: call.text('expires'),
    requestsPerMinute: numberOf(call, 'requests-per-minute'),
    dailyBudgetUsd: call.text('daily-budget-usd'),
  };
  const made = (await call.api.ask(pathOf(call.words[0] ?? ''), { body })) as Key;
  call.shell.err(`The key ${made.keyId} of ${call.words[0] ?? ''}. It is shown this once; keep it safe:\n`);
  call.print(made, () => `${made.key ?? ''}\n`);
};

const revoke = async (call: Call): Promise<undefined> => {
  const [tenantId = '', keyId = ''] = call.words;
  await call.api.ask(pathOf(tenantId, keyId), { method: 'DELETE' });
  call.print(
    { tenantId, keyId, revoked: true },
    () => `${keyId} is revoked: within 60 seconds it is refused everywhere.\n`,
  );
};

const text = { type: 'string' } as const;

/** `ballast keys`. */
export const keys = verbOf({
  usage: USAGE,
  administers: true,
  parts: {
    list: { takes: ['tenant'], run: list },
    make: {
      takes: ['tenant'],
      options: { name: text, scopes: text, expires: text, 'requests-per-minute': text, 'daily-budget-usd': text },
      run: make,
    },
    revoke: { takes: ['tenant', 'key id'], run: revoke },
  },
});
