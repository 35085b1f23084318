import { createEraseContent } from '../../runs/ended/erase-content.ts';
import { createEraseEvents } from '../../runs/ended/erase-events.ts';
import { createErasures } from '../../runs/ended/erasures.ts';
import { createOutbox } from '../../runs/outbox/outbox.ts';
import { createOverflow } from '../../runs/overflow.ts';
import type { App } from '../app.ts';
import { RUN_RETENTION_MS } from '../stores.ts';
import { keptRunsOf, submittedStoresOf } from './run-starting.ts';

/** What is kept of unfinished runs beside their rows, in the same table; no I/O happens here. */
export const runStoresOf = (app: App) => {
  const options = keptRunsOf(app);
  const submitted = submittedStoresOf(app);
  const overflow = createOverflow(options);
  const eraseEvents = createEraseEvents({ ...options, overflow, keptMs: RUN_RETENTION_MS });
  return {
    ...submitted,
    overflow,
    erasures: createErasures(options),
    eraseContent: createEraseContent({ table: options.table, overflow, eraseEvents }),
    outbox: createOutbox(options),
    contents: app.core.stores.contents,
  };
};
