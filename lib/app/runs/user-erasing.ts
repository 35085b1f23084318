import { wakeRun } from '../../durable-run/wake-run.ts';
import { createUserErasures } from '../../end-users/erasures.ts';
import { createUserNames } from '../../end-users/names.ts';
import { createEraseAnswers } from '../../erasure/erase-answers.ts';
import { createEraseBooks } from '../../erasure/erase-books.ts';
import { createEraseNoted } from '../../erasure/erase-noted.ts';
import { createEraseOwnRun } from '../../erasure/erase-own-run.ts';
import { createEraseRuns } from '../../erasure/erase-runs.ts';
import { createEraseOwnSession, createEraseSessions } from '../../erasure/erase-sessions.ts';
import { createEraseUsers } from '../../erasure/erase-users.ts';
import { createClaimsOfUser } from '../../idempotency/claims-of-user.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import { createEraseAnswer } from '../../response-cache/erase-answer.ts';
import { createEraseLeft, createEraseRun } from '../../runs/erase-run.ts';
import type { RunKey } from '../../runs/run-key.ts';
import { createRunsOfUser } from '../../runs/runs-of-user.ts';
import { createSessionsOfUser } from '../../sessions/sessions-of-user.ts';
import { createEraseLabels } from '../../usage/erase-labels.ts';
import { createDynamoDbRollupStore } from '../../usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../../usage/reports/rollups/roll-up.ts';
import type { App } from '../app.ts';
import { sessionsOf } from '../sessions.ts';
import { longestCallMs } from '../settings.ts';
import { runStartingOf, submittedStoresOf } from './run-starting.ts';

/** What erases end users, over an app's own stores; no I/O happens here. */
export const userErasingOf = (app: App): (() => Promise<void>) => {
  const { clock, emit, ids, config, core } = app;
  const { control, ledger, runsTable, claims, tenants, usage, parking, toolUsage: tools } = core.stores;
  const { runs, executions } = runStartingOf(app);
  const { inbox, active } = submittedStoresOf(app);
  const { openSessions, eraseSession } = sessionsOf(app);
  const rollups = createDynamoDbRollupStore(ledger, core.random);
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: longestCallMs(config) });
  const eraseAnswer = createEraseAnswer(control);
  const eraseOwnSession = createEraseOwnSession({ openSessions, runs, eraseSession, ids });
  const openNotes = lazy(() => core.stores.openRunNotes({ emit }));
  const runsOfUser = createRunsOfUser(runsTable);
  const wake = (run: RunKey) => wakeRun({ runs, executions }, run);
  const eraseRun = createEraseRun(runsTable);
  const eraseOwnRun = createEraseOwnRun({ clock, runsOfUser, active, inbox, wake, eraseRun, claims, eraseAnswer });
  return createEraseUsers({
    clock,
    emit,
    erasures: createUserErasures(runsTable),
    parts: {
      runs: createEraseRuns({ runsOfUser, active, eraseOwnRun, eraseSession: eraseOwnSession }),
      noted: createEraseNoted({
        openNotes,
        active,
        eraseOwnRun,
        eraseOwnSession,
        openSessions,
        eraseLeft: createEraseLeft(runsTable),
        claims,
        eraseAnswer,
      }),
      sessions: createEraseSessions({ sessionsOfUser: createSessionsOfUser(runsTable), eraseOwnSession }),
      answers: createEraseAnswers({
        claimsOfUser: createClaimsOfUser({ table: control, clock }),
        claims,
        eraseAnswer,
        userNames: createUserNames({ table: ledger, clock, emit }),
      }),
      books: createEraseBooks({
        tenants,
        rollups,
        rewrite: (...asked) => rollUps.rewrite(...asked),
        eraseLabels: createEraseLabels(ledger),
        openNotes,
        parking,
      }),
    },
  });
};
