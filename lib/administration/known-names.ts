import { AppError, type FieldIssue } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import type { TenantSettings } from '../tenants/types.ts';

/** What a stage has, by which a tenant's settings may name it. */
export interface KnownNames {
  isPriced(model: string): boolean;
  hasAgent(name: string): boolean;
  hasTool(name: string): boolean;
  /** Whether a model or a tool has the circuit of that name. */
  hasCircuit(name: string): boolean;
}

type Named = Pick<TenantSettings, 'allowedModels' | 'allowedAgents' | 'allowedTools' | 'fallbackModels'>;

const UNPRICED = safe`is no model with a known price`;

const unknownIn = (
  path: string,
  names: readonly string[] | null | undefined,
  isKnown: (name: string) => boolean,
  message: Redacted,
): FieldIssue[] => (names ?? []).flatMap((name, at) => (isKnown(name) ? [] : [{ path: `${path}.${at}`, message }]));

const fallbackIssues = (
  chains: Named['fallbackModels'] | undefined,
  isPriced: (model: string) => boolean,
): FieldIssue[] =>
  Object.entries(chains ?? {}).flatMap(([model, chain]) => {
    const path = `fallbackModels.${model}`;
    return [
      ...(isPriced(model) ? [] : [{ path, message: UNPRICED }]),
      ...unknownIn(path, chain, isPriced, UNPRICED),
      ...unknownIn(path, chain, (name) => name !== model, safe`must not be the model itself`),
    ];
  });

/** Throws `invalid-request` at each name that the stage does not have: a misspelt one would shut out, or let in, in silence. */
export const checkNames = (settings: Partial<Named>, known: KnownNames): void => {
  const isPriced = (model: string) => known.isPriced(model);
  const issues = [
    ...unknownIn('allowedModels', settings.allowedModels, isPriced, UNPRICED),
    ...unknownIn('allowedAgents', settings.allowedAgents, (name) => known.hasAgent(name), safe`is no agent here`),
    ...unknownIn('allowedTools', settings.allowedTools, (name) => known.hasTool(name), safe`is no tool of an agent`),
    ...fallbackIssues(settings.fallbackModels, isPriced),
  ];
  if (issues.length > 0)
    throw new AppError('invalid-request', safe`The body has ${issues.length} invalid field(s); see errors.`, {
      issues,
    });
};
