import type { AuditLog, Tenant, TenantDirectory } from '../tenants/types.ts';
import { type AlarmAdministration, type AlarmsPort, createAlarmAdministration } from './administer-alarms.ts';
import { type CircuitAdministration, type CircuitsPort, createCircuitAdministration } from './administer-circuits.ts';
import { createKeyAdministration, type KeyAdministration, type KeyAdministrationOptions } from './administer-keys.ts';
import { createRestAdministration, type RestAdministration, type RestsPort } from './administer-rests.ts';
import { createTenantAdministration, type TenantAdministration } from './administer-tenants.ts';
import {
  createUserAdministration,
  type UserAdministration,
  type UserAdministrationOptions,
} from './administer-users.ts';
import { createShowWebhookSecret, type ShowWebhookSecret } from './administer-webhook-secret.ts';
import { noting, type NotingOptions } from './audited.ts';
import { checkNames, type KnownNames } from './known-names.ts';

/** All that an administrator may do; what changes something is audited first. */
export interface Administration {
  readonly tenants: TenantAdministration & { list(): AsyncIterable<Tenant> };
  readonly keys: KeyAdministration;
  readonly circuits: CircuitAdministration;
  readonly rests: RestAdministration;
  readonly alarms: AlarmAdministration;
  readonly users: UserAdministration;
  readonly showWebhookSecret: ShowWebhookSecret;
  readonly audit: Pick<AuditLog, 'list'>;
}

export interface AdministrationOptions
  extends Omit<NotingOptions, 'audit'>, Pick<KeyAdministrationOptions, 'keys' | 'keyUses' | 'issue' | 'onChanged'> {
  readonly tenants: TenantDirectory;
  readonly circuits: CircuitsPort;
  readonly rests: RestsPort;
  readonly alarms: () => Promise<AlarmsPort>;
  readonly erasures: UserAdministrationOptions['erasures'];
  /** Those of `WEBHOOK_HOSTS`. */
  readonly webhookHosts: readonly string[];
  /** The stage's secret for webhooks. */
  readonly webhookSecret: () => Promise<string>;
  readonly audit: AuditLog;
  readonly known: KnownNames;
}

export const createAdministration = (options: AdministrationOptions): Administration => {
  const { tenants, circuits, rests, alarms, audit, known } = options;
  const note = noting(options);
  const administered = createTenantAdministration({ ...options, note });
  return {
    tenants: {
      ...administered,
      async put(tenantId, settings, ...asked) {
        checkNames(settings, known);
        return administered.put(tenantId, settings, ...asked);
      },
      async patch(tenantId, settings, ...asked) {
        checkNames(settings, known);
        return administered.patch(tenantId, settings, ...asked);
      },
      list: () => tenants.list(),
    },
    keys: createKeyAdministration({ ...options, note }),
    circuits: createCircuitAdministration({ circuits, note, known }),
    rests: createRestAdministration({ rests, note }),
    alarms: createAlarmAdministration({ alarms, note }),
    users: createUserAdministration({ ...options, tenants: administered, note }),
    showWebhookSecret: createShowWebhookSecret({ ...options, tenants: administered, note }),
    audit,
  };
};
