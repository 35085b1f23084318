import type * as z from 'zod/mini';
import { toJSONSchema } from 'zod/v4/core';
import { circuitRequestSchema } from '../../administration/administer-circuits.ts';
import type { Severity } from '../../alerts/alarm/runbook-entry.ts';
import type { AlarmOn, OnState } from '../../alerts/alarms-on.ts';
import type { Targets } from '../../alerts/targets/targets.ts';
import { SCOPES } from '../../kernel/forms/scopes.ts';
import { keyRequestSchema } from '../../tenants/key-schema.ts';
import { settingsSchema } from '../../tenants/settings-schema.ts';
import { count, instant, type JsonSchema, list, object, orNull, reference, text, usd } from '../json-schema.ts';

const written = (schema: z.core.$ZodType): JsonSchema => {
  const { $schema: _, ...rest } = toJSONSchema(schema, { io: 'input' });
  return rest;
};

const key: Readonly<Record<string, JsonSchema>> = {
  keyId: text,
  keyPrefix: orNull(text),
  tenantId: text,
  name: text,
  scopes: list({ enum: SCOPES }),
  createdAt: instant,
  expiresAt: orNull(instant),
  lastUsedAt: orNull(instant),
  requestsPerMinute: orNull(count),
  dailyBudgetUsd: orNull(usd),
};

const circuit = object({
  name: text,
  state: { enum: ['closed', 'open', 'half-open', 'isolated'] },
  failures: count,
  openedAt: orNull(instant),
  retryAfterMs: orNull(count),
  isolatedBy: { type: ['string', 'null'], description: 'the id of the key of who isolated it' },
  reason: { type: ['string', 'null'], description: 'why, in their words' },
  since: orNull(instant),
});

const rest = object({ name: text, model: text, kind: text, until: instant });

const TARGETS = Object.keys({ slack: true, webhook: true, mail: true } satisfies Record<keyof Targets, true>);
const SEVERITIES = Object.keys({ page: true, ticket: true, note: true } satisfies Record<Severity, true>);

const number: JsonSchema = { type: 'number' };
const STATES = Object.keys({ on: true, flapping: true, silenced: true } satisfies Record<OnState, true>);

const alarmOn = {
  alarm: { ...text, description: 'its name in CloudWatch' },
  name: { ...orNull(text), description: 'its name among `alarms`; null: it is none of them' },
  severity: { enum: SEVERITIES },
  state: {
    enum: STATES,
    description: 'silenced: `silencedBy` is told in its place; flapping: nothing is told until it rests',
  },
  since: instant,
  silencedBy: orNull(text),
  value: orNull(number),
  threshold: orNull(number),
  comparison: orNull(text),
  unit: orNull(text),
  children: { ...list(text), description: 'the alarms that made a composite one go off' },
  means: orNull(text),
  action: orNull(text),
  look: { ...orNull(text), description: 'the command that shows more of it' },
  url: { ...orNull(text), description: 'in the console of AWS' },
} satisfies Record<keyof AlarmOn, JsonSchema>;

const alarms = object({
  targets: {
    ...orNull(list({ enum: TARGETS })),
    description: 'who is notified; null where the secret that names them cannot be read',
  },
  on: {
    ...orNull(list(object(alarmOn))),
    description: 'the alarms that are on, as far as `notify-alarm` has heard; null where that cannot be read',
  },
  alarms: list(
    object({
      name: text,
      severity: { enum: SEVERITIES },
      means: text,
      action: text,
      look: { ...text, description: 'the command that shows more of it' },
      made: { type: 'boolean', description: 'false: the stage does not make it' },
    }),
  ),
});

const auditEntry = object({
  entryId: text,
  at: instant,
  actor: object({ tenantId: text, keyId: text, subject: text, tokenHash: text }, ['tenantId', 'keyId']),
  action: text,
  target: text,
  changes: { type: 'object', additionalProperties: object({ from: {}, to: {} }) },
});

/** The bodies under `/admin`; those of requests come from the very schemas that validate them. */
export const adminSchemas = (): Readonly<Record<string, JsonSchema>> => {
  const settings = written(settingsSchema);
  const fields = settings['properties'] as Readonly<Record<string, JsonSchema>>;
  return {
    TenantSettings: settings,
    Tenant: object({ tenantId: text, ...fields, createdAt: instant, updatedAt: instant }),
    Tenants: object({ tenants: list(reference('Tenant')), nextCursor: orNull(text) }),
    KeyRequest: written(keyRequestSchema(() => 0)),
    ApiKey: object(key),
    ApiKeys: object({ keys: list(reference('ApiKey')) }),
    IssuedApiKey: object({ ...key, key: text }),
    Circuit: circuit,
    Circuits: object({ circuits: list(reference('Circuit')) }),
    CircuitRequest: written(circuitRequestSchema),
    Rest: rest,
    Rests: object({ rests: list(reference('Rest')) }),
    WebhookSecret: object({ tenantId: text, secret: text, previousSecret: orNull(text) }),
    BegunErasure: object({ tenantId: text, pseudonym: text }),
    InvalidatedCache: object({ tenantId: text }),
    Alarms: alarms,
    TestedAlarms: object({ targets: list(object({ target: { enum: TARGETS }, delivered: { type: 'boolean' } })) }),
    Audit: object({ entries: list(auditEntry), nextCursor: orNull(text) }),
  };
};
