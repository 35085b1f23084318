import type { Config } from '../../config.ts';
import { bounded } from '../../runs/trace/run-content.ts';
import { loadRedact } from '../redaction/load-redact.ts';

/** What a tool was given or gave, as it is told; nothing of it is kept. */
export type ShowTool = (value: unknown) => unknown;

const WISH = /(?:^|[,;])\s*tool-content\s*(?=$|[,;])/i;

/**
 * `Prefer: tool-content` (RFC 7240): how to show what tools were given and gave, without secrets and cut like what is kept with a
 * run; `null` where nobody asks for it. Also `null` in a deployed stage that keeps no content: tools may read what whoever asks is
 * not to see, and it is the operator's to say that they may.
 */
export const shownTools = async (
  prefer: string | undefined,
  { STAGE, CONTENT_RETENTION }: Pick<Config, 'STAGE' | 'CONTENT_RETENTION'>,
): Promise<ShowTool | null> => {
  if (!WISH.test(prefer ?? '') || (STAGE !== 'local' && CONTENT_RETENTION !== 'run')) return null;
  const redact = await loadRedact();
  return (value) => bounded(redact(value));
};
