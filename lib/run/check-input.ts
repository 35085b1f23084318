import type { Agent } from '../agent/define/define-agent.ts';
import type { InputText } from '../agent/input/deny-input.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Tenant } from '../tenants/types.ts';
import type { RunRequest } from './run-request.ts';

/** What people have written in a request for a run, by turns: the model reads those of one role in a row as one. */
export const inputOf = ({ task, messages = [] }: Pick<RunRequest, 'task' | 'messages'>): InputText[][] => {
  const turns: InputText[][] = [];
  const said = [...messages, { role: 'user' as const, content: task }];
  for (const [at, { role, content }] of said.entries()) {
    const path = at === messages.length ? 'task' : `messages.${at}.content`;
    const texts =
      typeof content === 'string'
        ? [{ path, text: content }]
        : content.map(({ text }, part) => ({ path: `${path}.${part}.text`, text }));
    if (role === said[at - 1]?.role) turns.at(-1)?.push(...texts);
    else turns.push(texts);
  }
  return turns;
};

/**
 * Throws `invalid-request` for a text that the agent does not take (`denyInput`). For a tenant that tries this out (`shadow`) nothing is
 * refused, and only told. The text itself is not changed.
 */
export const checkInput = async (
  { emit }: { readonly emit: Emit },
  agent: Pick<Agent, 'name' | 'denyInput'>,
  tenant: Pick<Tenant, 'tenantId' | 'shadow'>,
  turns: readonly (readonly InputText[])[],
): Promise<void> => {
  // Most agents take everything.
  if (Object.keys(agent.denyInput).length === 0) return;
  const { deniedInput } = await import('../agent/input/deny-input.ts');
  const denied = deniedInput(agent, turns);
  if (denied === null) return;
  const rule = label(denied.rule);
  const shadow = tenant.shadow.includes('input');
  const [field = ''] = denied.path.split('.');
  const names = { tenantId: label(tenant.tenantId), agent: label(agent.name), rule };
  emit({ type: 'input.refused', ...names, field: label(field), shadow });
  if (shadow) return;
  const issues = [{ path: denied.path, message: safe`is not taken by the agent: it matches its rule ${rule}` }];
  throw new AppError('invalid-request', safe`The agent does not take this input; see errors.`, { issues });
};
