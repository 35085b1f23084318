import { isDeepStrictEqual } from 'node:util';
import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { RefusedByApi, withQuery } from './api.ts';
import { ADMIN_USAGE, type Call, verbOf } from './parts.ts';
import { pairs } from './table.ts';
import { Misused } from './verb.ts';

const USAGE = `Shows tenants, and changes their settings.

  npx ballast tenants
  npx ballast tenants show <tenant>                    its settings, and what is left of its budgets
  npx ballast tenants set <tenant> dailyBudgetUsd=5 requestsPerMinute=60 allowedModels='["claude-haiku-5-5"]'
  npx ballast tenants set <tenant> dailyBudgetUsd=null    lifts a limit
  npx ballast tenants suspend <tenant>                 set <tenant> status=active ends it

set makes a tenant that is not there. Only what is named changes, and what changed is shown; docs/api.md has the settings.
${ADMIN_USAGE}`;

/** The largest page the API gives: a table has no pages. */
const LIMIT = '1000';

type Tenant = Readonly<Record<string, unknown>> & { readonly tenantId: string };

const pathOf = (tenantId: string): string => `/admin/tenants/${encodeURIComponent(tenantId)}`;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const list = async (call: Call): Promise<undefined> => {
  const all: Tenant[] = [];
  let cursor: string | undefined;
  do {
    const page = (await call.api.ask(withQuery('/admin/tenants', { limit: LIMIT, cursor }))) as {
      readonly tenants: readonly Tenant[];
      readonly nextCursor: string | null;
    };
    all.push(...page.tenants);
    cursor = page.nextCursor ?? undefined;
    call.progress.at({ done: all.length, of: null, what: 'tenants' });
  } while (cursor !== undefined);
  call.progress.end();
  const columns = ['status', 'requestsPerMinute', 'dailyBudgetUsd', 'monthlyBudgetUsd'] as const;
  call.print({ tenants: all }, () =>
    call.table(
      ['tenant', 'name', 'status', 'requests/min', 'daily $', 'monthly $'],
      all.map((tenant) => [
        tenant.tenantId,
        text(tenant['name']),
        ...columns.map((name) => (tenant[name] === null ? null : text(tenant[name]))),
      ]),
    ),
  );
};

const show = async (call: Call): Promise<undefined> => {
  const path = pathOf(call.words[0] ?? '');
  const tenant = (await call.api.ask(path)) as Tenant;
  const budget = (await call.api.ask(`${path}/budget`)) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  call.print({ ...tenant, budget }, () => {
    const set = Object.entries(tenant).filter(([, value]) => value !== null && !isDeepStrictEqual(value, []));
    const spent = Object.entries(budget).map(([period, { spentUsd, reservedUsd, limitUsd }]): [string, string] => [
      period,
      `spent $${spentUsd ?? '?'}, reserved $${reservedUsd ?? '?'} of ${limitUsd ? `$${limitUsd}` : 'no limit'}`,
    ]);
    return pairs([...set.map(([name, value]) => [name, text(value)] as const), ...spent]);
  });
};

/** `name=value`: JSON where it is any, else the words as they are. Amounts are words in JSON too. */
const settingOf = (word: string): [string, unknown] => {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? [];
  if (name === '') throw new Misused(`A setting is written as name=value, and ${printable(word)} is not.`);
  if (name.endsWith('Usd') && value !== 'null') return [name, value.replace(/^"(.*)"$/, '$1')];
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    return [name, value];
  }
};

const change = async (
  call: Call,
  tenantId: string,
  changes: Readonly<Record<string, unknown>>,
  { makes }: { readonly makes: boolean },
): Promise<undefined> => {
  const path = pathOf(tenantId);
  const before = await call.api.ask(path).then(
    (tenant) => tenant as Tenant,
    (error: unknown) => {
      if (makes && error instanceof RefusedByApi && error.code === 'not-found') return null;
      throw error;
    },
  );
  // A tenant that is not there is made; PATCH would have nothing to change.
  const method = before === null ? 'PUT' : 'PATCH';
  const after = (await call.api.ask(path, { method, body: changes })) as Tenant;
  const changed = Object.keys(after).filter(
    (name) => name !== 'updatedAt' && !isDeepStrictEqual(before?.[name], after[name]),
  );
  const shown = before === null ? Object.keys(changes) : changed;
  const differences = Object.fromEntries(
    shown.map((name) => [name, { from: before?.[name] ?? null, to: after[name] }]),
  );
  call.print({ tenantId, created: before === null, changed: differences }, () => {
    if (before !== null && shown.length === 0) return `${tenantId}: nothing changed.\n`;
    const lines = pairs(
      Object.entries(differences).map(([name, { from, to }]) => [name, `${text(from)} -> ${text(to)}`] as const),
    );
    return `${tenantId} ${before === null ? 'is made' : 'is changed'}:\n${lines}`;
  });
};

/** `ballast tenants`. */
export const tenants = verbOf({
  usage: USAGE,
  administers: true,
  parts: {
    list: { run: list },
    show: { takes: ['tenant'], run: show },
    set: {
      takes: ['tenant', '...settings'],
      run(call) {
        const [tenantId = '', ...words] = call.words;
        if (words.length === 0) throw new Misused('It needs a setting, as in dailyBudgetUsd=5.');
        return change(call, tenantId, Object.fromEntries(words.map(settingOf)), { makes: true });
      },
    },
    suspend: {
      takes: ['tenant'],
      run: (call) => change(call, call.words[0] ?? '', { status: 'suspended' }, { makes: false }),
    },
  },
});
