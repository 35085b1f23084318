import type { RunListParts } from '../../durable-run/http/run-list.ts';
import { createSubmitRun, type SubmitRun } from '../../durable-run/submit-run.ts';
import { hostPatternsIn } from '../../kernel/forms/host-patterns.ts';
import type { Catalog } from '../../run/catalog.ts';
import type { AsyncRunStore, RunList, RunStore } from '../../runs/types.ts';
import { webhookIssue } from '../../webhooks/allowed-url.ts';
import type { App } from '../app.ts';
import { runStartingOf, submittedStoresOf } from './run-starting.ts';

export interface RunSubmission {
  readonly runs: RunStore & AsyncRunStore & RunList;
  readonly submitRun: SubmitRun;
  readonly catalog: Catalog;
  readonly findUserNames: RunListParts['findUserNames'];
}

/** What takes asynchronous runs and lists them; no I/O happens here. */
export const runSubmissionOf = (app: App): RunSubmission => {
  const { clock, emit, ids, catalog, config, core } = app;
  const { prices, isPriced, rateLimit, openSessions, noteRun, noteUser } = core;
  const { inbox, eventLog, active } = submittedStoresOf(app);
  const { runs, startRuns } = runStartingOf(app);
  const hosts = hostPatternsIn(config.WEBHOOK_HOSTS);
  const submitRun = createSubmitRun({
    catalog,
    isPriced,
    prices,
    ids,
    clock,
    emit,
    rateLimit,
    runs,
    inbox,
    eventLog,
    active,
    webhookIssue: (url) => webhookIssue(url, hosts),
    startRun: (run, tenant) => startRuns.startRun(run, tenant),
    openSessions,
    noteRun,
    noteUser,
  });
  return { runs, submitRun, catalog, findUserNames: core.findUserNames };
};
