import type { ShownAlarmOn } from '../../lib/administration/administer-alarms.ts';
import type { ShownCircuit } from '../../lib/administration/administer-circuits.ts';
import { createAdministration } from '../../lib/administration/administration.ts';
import type { UserErasure } from '../../lib/end-users/erasures.ts';
import type { ApiKey, AuditEntry, Tenant } from '../../lib/tenants/types.ts';
import { webhookIssue } from '../../lib/webhooks/allowed-url.ts';
import { createFakeClock } from '../fake-clock.ts';

/** A stage by hand: its tenants, keys, audit, circuits and rests in plain maps, with every call in `calls`, in order. */
export const fakeStage = () => {
  const clock = createFakeClock();
  const tenants = new Map<string, Tenant>();
  const keys = new Map<string, ApiKey>();
  const entries: AuditEntry[] = [];
  const circuits = new Map<string, ShownCircuit>();
  const rests = new Map<string, number>();
  const erasures: UserErasure[] = [];
  const signing = { secret: `whsec_${Buffer.alloc(32, 'canary').toString('base64')}` };
  const webhookHosts = ['hooks.example.com'];
  const calls: string[] = [];
  let births = 0;
  const stage = {
    clock,
    entries,
    erasures,
    calls,
    circuits,
    rests,
    signing,
    webhookHosts,
    /** Set to make the audit fail. */
    auditFails: null as Error | null,
    alarmsFail: null as Error | null,
    on: [] as readonly ShownAlarmOn[],
    onFails: null as Error | null,
    /** Runs once, directly before the next write of a tenant: another administrator. */
    meanwhile: null as (() => void) | null,
    tenantRows: tenants,
    keyRows: keys,
  };
  const interrupted = (): void => {
    const act = stage.meanwhile;
    stage.meanwhile = null;
    act?.();
  };
  const administration = createAdministration({
    clock,
    ids: { trace: () => String((births += 1)).padStart(32, '0') },
    tenants: {
      find: async (tenantId) => tenants.get(tenantId) ?? null,
      async add(tenant) {
        interrupted();
        calls.push('tenants.add');
        if (tenants.has(tenant.tenantId)) return false;
        tenants.set(tenant.tenantId, tenant);
        return true;
      },
      async replace(tenant, version) {
        interrupted();
        calls.push('tenants.replace');
        if (tenants.get(tenant.tenantId)?.version !== version) return false;
        tenants.set(tenant.tenantId, tenant);
        return true;
      },
      async *list() {
        yield* [...tenants.values()].sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
      },
    },
    keys: {
      find: async (hash) => keys.get(hash) ?? null,
      async add(key) {
        calls.push('keys.add');
        keys.set(key.hash, key);
        return true;
      },
      list: async (tenantId) => [...keys.values()].filter((key) => key.tenantId === tenantId),
      async revoke(tenantId, keyId) {
        calls.push('keys.revoke');
        const found = [...keys.values()].find((key) => key.tenantId === tenantId && key.keyId === keyId);
        return found !== undefined && keys.delete(found.hash);
      },
    },
    erasures: {
      async add(erasure) {
        calls.push('erasures.add');
        erasures.push(erasure);
      },
    },
    audit: {
      async add(entry) {
        calls.push(`audit.${entry.action}`);
        if (stage.auditFails) throw stage.auditFails;
        entries.push(entry);
      },
      async list({ cursor, limit }) {
        const from = cursor === null ? 0 : Number(cursor);
        const page = entries.toReversed().slice(from, from + limit);
        return { entries: page, nextCursor: from + limit < entries.length ? String(from + limit) : null };
      },
    },
    circuits: {
      list: async () => [...circuits.values()],
      async set(name, state, word) {
        calls.push('circuits.set');
        const openedAt = state === 'isolated' ? clock.now() : null;
        const circuit: ShownCircuit = {
          name,
          state,
          failures: 0,
          openedAt,
          retryAfterMs: null,
          ...(openedAt !== null && word && { word }),
        };
        circuits.set(name, circuit);
        return circuit;
      },
    },
    rests: {
      list: async () => [...rests].map(([name, until]) => ({ name, until })),
      async end(name) {
        calls.push('rests.end');
        return rests.delete(name);
      },
    },
    alarms: async () => ({
      alarms: [
        {
          name: 'circuit-open',
          severity: 'ticket',
          means: 'A circuit is not closed.',
          action: 'Look.',
          look: 'npx ballast circuits',
          made: true,
        },
      ],
      on: () => (stage.onFails ? Promise.reject(stage.onFails) : Promise.resolve(stage.on)),
      async names() {
        if (stage.alarmsFail) throw stage.alarmsFail;
        return ['slack', 'mail'];
      },
      async test() {
        calls.push('alarms.test');
        if (stage.alarmsFail) throw stage.alarmsFail;
        return [
          { target: 'slack', delivered: true },
          { target: 'mail', delivered: false },
        ];
      },
    }),
    webhookHosts,
    webhookSecret: async () => {
      calls.push('secret.read');
      return signing.secret;
    },
    known: {
      isPriced: (model) => ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-4-5'].includes(model),
      hasAgent: (name) => name === 'assistant',
      hasTool: (name) => name === 'calculate',
      circuits: new Set(['tool/open-meteo', 'anthropic/claude-opus-5-5']),
      webhookIssue: (url) => webhookIssue(url, webhookHosts),
      nearest: (kind, name) => (kind === 'agent' && name === 'asistant' ? 'assistant' : null),
    },
    issue: () => {
      births += 1;
      return { keyId: `key_${births}`, key: `bk_secret_${births}` };
    },
    onChanged: (tenantId) => calls.push(`changed ${tenantId}`),
  });
  return Object.assign(stage, { administration });
};
