import { SCOPES } from '../kernel/forms/scopes.ts';
import type { Principal } from '../tenants/types.ts';
import { type JsonSchema, list, object, text } from './json-schema.ts';

/** The body of `GET /caller`: whom a credential belongs to, and what it may do. `subject`: of a token that names one. */
export const callerView = ({ tenantId, tenant, keyId, scopes, bearer }: Principal) => ({
  tenantId,
  tenantName: tenant.name,
  keyId,
  scopes,
  ...(bearer?.subject ? { subject: bearer.subject } : {}),
});

const caller = {
  tenantId: text,
  tenantName: text,
  keyId: { ...text, description: '`jwt` where a token was presented' },
  scopes: list({ enum: SCOPES }),
  subject: { ...text, description: 'of a token; left out where it has none' },
} satisfies Record<keyof ReturnType<typeof callerView>, JsonSchema>;

export const callerSchemas: Readonly<Record<string, JsonSchema>> = {
  Caller: object(caller, ['tenantId', 'tenantName', 'keyId', 'scopes']),
};
