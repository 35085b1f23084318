import { invalidFields } from '../http/issues/describe-issue.ts';
import { AppError, type FieldIssue } from '../kernel/errors.ts';
import { withHint } from '../kernel/nearest-name.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import type { TenantSettings } from '../tenants/types.ts';

/** What a stage has, by which a tenant's settings may name it. */
export interface KnownNames {
  isPriced(model: string): boolean;
  hasAgent(name: string): boolean;
  hasTool(name: string): boolean;
  /** The circuits of all models with a price and of all tools. */
  readonly circuits: ReadonlySet<string>;
  /** Why nothing may be sent to a URL; `null` where it may. */
  webhookIssue(url: string): Redacted | null;
  /** The one that is probably meant by a name that the stage does not have; `null` where none is near. */
  nearest(kind: NamedKind, name: string): string | null;
}

export type NamedKind = 'model' | 'agent' | 'tool';

type Named = Pick<TenantSettings, 'allowedModels' | 'allowedAgents' | 'allowedTools' | 'fallbackModels' | 'webhookUrl'>;

const UNKNOWN: Readonly<Record<NamedKind, Redacted>> = {
  model: safe`is not a model with a known price`,
  agent: safe`is not an agent of this stage`,
  tool: safe`is not a tool of an agent of this stage`,
};

const has = (known: KnownNames): Readonly<Record<NamedKind, (name: string) => boolean>> => ({
  model: (name) => known.isPriced(name),
  agent: (name) => known.hasAgent(name),
  tool: (name) => known.hasTool(name),
});

const unknown = (kind: NamedKind, path: string, name: string, known: KnownNames): FieldIssue[] =>
  has(known)[kind](name) ? [] : [{ path, message: withHint(UNKNOWN[kind], known.nearest(kind, name)) }];

const unknownIn = (
  kind: NamedKind,
  path: string,
  names: readonly string[] | null | undefined,
  known: KnownNames,
): FieldIssue[] => (names ?? []).flatMap((name, at) => unknown(kind, `${path}.${at}`, name, known));

const fallbackIssues = (chains: Named['fallbackModels'] | undefined, known: KnownNames): FieldIssue[] =>
  Object.entries(chains ?? {}).flatMap(([model, chain]) => {
    const path = `fallbackModels.${model}`;
    const itself = chain.flatMap((name, at) =>
      name === model ? [{ path: `${path}.${at}`, message: safe`must not be the model itself` }] : [],
    );
    return [...unknown('model', path, model, known), ...unknownIn('model', path, chain, known), ...itself];
  });

const webhookIssues = (url: string | null | undefined, known: KnownNames): FieldIssue[] => {
  const message = url === null || url === undefined ? null : known.webhookIssue(url);
  return message === null ? [] : [{ path: 'webhookUrl', message }];
};

/** Throws `invalid-request` at each name that the stage does not have: a misspelt one would shut out, or let in, in silence. */
export const checkNames = (settings: Partial<Named>, known: KnownNames): void => {
  const issues = [
    ...unknownIn('model', 'allowedModels', settings.allowedModels, known),
    ...unknownIn('agent', 'allowedAgents', settings.allowedAgents, known),
    ...unknownIn('tool', 'allowedTools', settings.allowedTools, known),
    ...fallbackIssues(settings.fallbackModels, known),
    ...webhookIssues(settings.webhookUrl, known),
  ];
  if (issues.length > 0)
    throw new AppError('invalid-request', safe`The body has ${invalidFields(issues.length)}; see errors.`, { issues });
};
