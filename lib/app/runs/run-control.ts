import { noting } from '../../administration/audited.ts';
import { createDynamoDbAuditLog } from '../../administration/dynamodb-audit-log.ts';
import { type ControlRun, createControlRun } from '../../durable-run/control-run.ts';
import { actorOf } from '../../identity/end-user.ts';
import { attributeStored } from '../../telemetry/context/tally-work.ts';
import type { App } from '../app.ts';
import { lazyExecutions, submittedStoresOf } from './run-starting.ts';

/** What steers asynchronous runs that are under way; no I/O happens here. */
export const controlRunOf = (app: App): ControlRun => {
  const { clock, emit, ids, catalog, contexts, core } = app;
  const { runs, ledger, tenants } = core.stores;
  const { inbox, active } = submittedStoresOf(app);
  const note = noting({ audit: createDynamoDbAuditLog(ledger), clock, ids });
  return createControlRun({
    clock,
    emit,
    ids,
    catalog,
    runs,
    inbox,
    executions: lazyExecutions(app),
    active,
    tenants,
    found: (run) => attributeStored(contexts.current(), run),
    note: (by, action, target, changes) => note({ actor: actorOf(by), action, target, changes }),
  });
};
