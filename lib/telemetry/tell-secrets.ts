import { label } from '../kernel/redacted.ts';
import type { Emit } from './events.ts';

/** Tells how many secrets of each class an answer had; nothing where it had none. */
export const tellSecrets = (
  emit: Emit,
  {
    runId,
    agent,
    tenantId,
    shadow,
  }: {
    readonly runId: string;
    readonly agent: string | undefined;
    readonly tenantId: string;
    readonly shadow: readonly string[];
  },
  counts: ReadonlyMap<string, number>,
): void => {
  const names = {
    runId: label(runId),
    agent: agent === undefined ? undefined : label(agent),
    tenantId: label(tenantId),
    shadow: shadow.includes('redaction'),
  };
  for (const [name, count] of counts) emit({ type: 'secrets.redacted', ...names, class: label(name), count });
};
