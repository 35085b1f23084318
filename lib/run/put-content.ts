import type { LoopResult } from '../agent/loop/types.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { ContentStore } from '../runs/trace/content-store.ts';
import { boundContent } from '../runs/trace/run-content.ts';
import type { Redact } from './redaction/load-redact.ts';

/** What was written in a run: its task, what its tools were given and gave, what was sent to it. */
export interface Written extends Pick<LoopResult, 'contents'> {
  readonly task: string;
}

/** Stores what was written in a run that has ended, as far as it may be shown, and without secrets. */
export type PutContent = (run: RunKey, written: Written, shown: Redact) => Promise<void>;

export interface PutContentParts {
  readonly store: Pick<ContentStore, 'put'>;
  /** Gives a value without the secrets in it; loaded with the first run that is stored. */
  readonly loadRedact: () => Promise<Redact>;
}

/** Redacted before it is cut, so that no half of a secret is left. */
export const createPutContent =
  ({ store, loadRedact }: PutContentParts): PutContent =>
  async (run, { task, contents }, shown) => {
    const redact = await loadRedact();
    const steps = [...contents].map(([name, content]) => [name, redact(shown(content))] as const);
    await store.put(run, boundContent(redact(shown(task)), new Map(steps)));
  };
