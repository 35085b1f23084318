import type { ReconcileBudgets } from '../lib/accounts/reconcile-budgets.ts';
import { accountingOf } from '../lib/app/accounting.ts';
import { app } from '../lib/app/app.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & { readonly reconcileBudgets: ReconcileBudgets };

/** Each minute: settles the reservations that outlived their process, and holds the counters against the records. */
export const reconcileBudgets = (parts: Parts) =>
  observedEvent(parts, 'reconcile-budgets', async () => void (await parts.reconcileBudgets()));

export const handler = reconcileBudgets({ ...app, ...accountingOf(app) });
