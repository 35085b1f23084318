import { gzipSync } from 'node:zlib';
import { admin } from '../../functions/admin.ts';
import { askProvider } from '../../functions/ask-provider.ts';
import { pages } from '../../functions/console.ts';
import { controlRun } from '../../functions/control-run.ts';
import { deliverWebhooks } from '../../functions/deliver-webhooks.ts';
import { describeApi } from '../../functions/describe-api.ts';
import { executeRun } from '../../functions/execute-run.ts';
import { getRun } from '../../functions/get-run.ts';
import { health } from '../../functions/health.ts';
import { listAgents } from '../../functions/list-agents.ts';
import { messages } from '../../functions/messages.ts';
import { notifyAlarm } from '../../functions/notify-alarm.ts';
import { probeDependencies } from '../../functions/probe-dependencies.ts';
import { projectRunStatus } from '../../functions/project-run-status.ts';
import { reconcileBudgets } from '../../functions/reconcile-budgets.ts';
import { reportUsage } from '../../functions/report-usage.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { runEvents } from '../../functions/run-events.ts';
import { sessions } from '../../functions/sessions.ts';
import { submitRun } from '../../functions/submit-run.ts';
import { sweepRuns } from '../../functions/sweep-runs.ts';
import { createSettledSoFar } from '../../lib/accounts/settled-so-far.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import { accountingOf } from '../../lib/app/accounting.ts';
import { administrationOf } from '../../lib/app/administration.ts';
import { alertingOf } from '../../lib/app/alerting.ts';
import type { App } from '../../lib/app/app.ts';
import { gatewayOf, questionsOf } from '../../lib/app/questions.ts';
import { controlRunOf } from '../../lib/app/runs/run-control.ts';
import { runStoresOf } from '../../lib/app/runs/run-stores.ts';
import { runSubmissionOf } from '../../lib/app/runs/run-submission.ts';
import { runSweepingOf } from '../../lib/app/runs/run-sweeping.ts';
import { runWorkersOf } from '../../lib/app/runs/run-worker.ts';
import { startNextOf } from '../../lib/app/runs/start-next.ts';
import { sessionsOf } from '../../lib/app/sessions.ts';
import { defaultBudgetsOf } from '../../lib/app/settings.ts';
import { supervisionOf } from '../../lib/app/supervision.ts';
import { webhooksOf } from '../../lib/app/webhooks.ts';
import { createWatchRun } from '../../lib/durable-run/watch-run.ts';
import { createUserNames } from '../../lib/end-users/names.ts';
import type { Page, Pages } from '../../lib/http/response/page.ts';

const PAGE: Page = { gzip: gzipSync('<!doctype html>').toString('base64'), hash: 'x', policy: "default-src 'none'" };
const PAGES: Pages = { console: PAGE, docs: PAGE };

/** Each function over an app of its own, as the last line of its file makes it over that of its process. */
export const frontDoors: Readonly<Record<string, (app: App) => unknown>> = {
  'run-agent': (app) => runAgent({ ...app, ...startNextOf(app) }),
  messages: (app) => messages({ ...app, callMessages: gatewayOf(app) }),
  'ask-provider': (app) => askProvider({ ...app, ...questionsOf(app) }),
  'get-run': (app) => {
    const settledSoFar = createSettledSoFar({ ...app, usage: app.core.stores.usage });
    return getRun({ ...app, ...runStoresOf(app), settledSoFar, findUserNames: app.core.findUserNames });
  },
  'run-events': (app) => runEvents({ ...app, watchRun: createWatchRun({ ...app, log: runStoresOf(app).eventLog }) }),
  'submit-run': (app) => submitRun({ ...app, ...runSubmissionOf(app) }),
  'control-run': (app) => controlRun({ ...app, controlRun: controlRunOf(app) }),
  sessions: (app) => sessions({ ...app, ...sessionsOf(app) }),
  'execute-run': (app) => executeRun({ ...app, ...runWorkersOf(app) }),
  'list-agents': (app) => listAgents(app),
  admin: (app) =>
    admin({ ...app, administration: administrationOf(app), defaultBudgets: defaultBudgetsOf(app.config) }),
  'report-usage': (app) => {
    const { reports, gatewayCalls, view, viewGroups, viewStage } = accountingOf(app);
    const budgets = { view, viewGroups, viewStage };
    const userNames = createUserNames({ ...app, table: app.core.stores.ledger });
    return reportUsage({ ...app, reports, gatewayCalls, budgets, userNames });
  },
  health: (app) => health({ ...app, health: supervisionOf(app).health }),
  console: (app) => pages({ ...app, loadPages: () => Promise.resolve(PAGES) }),
  'describe-api': (app) => describeApi(app),
  'probe-dependencies': (app) => probeDependencies({ ...app, ...supervisionOf(app) }),
  'reconcile-budgets': (app) => reconcileBudgets({ ...app, ...accountingOf(app) }),
  'sweep-runs': (app) => sweepRuns({ ...app, ...runSweepingOf(app) }),
  'project-run-status': (app) => projectRunStatus({ ...app, ...runSweepingOf(app) }),
  'deliver-webhooks': (app) => deliverWebhooks({ ...app, ...webhooksOf(app) }),
  'notify-alarm': (app) =>
    notifyAlarm({ ...app, notifyAlarm: createNotifyAlarm({ ...alertingOf(app), table: app.core.stores.control }) }),
};
