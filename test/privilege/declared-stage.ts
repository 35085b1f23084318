import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../made-once.ts';
import type { Resource } from '../template/template.ts';

interface Description {
  readonly provider: { readonly environment: Readonly<Record<string, unknown>> };
  readonly params: { readonly default: Readonly<Record<string, string | number | boolean>> };
  readonly functions: Readonly<Record<string, { readonly role: string }>>;
}

/** A stage as `serverless.yml` and `infra/` declare it, without its being built. */
export interface DeclaredStage {
  /** The statements of each function's own role, by the function's name. */
  readonly statements: ReadonlyMap<string, readonly unknown[]>;
  /** The variables of every function; a reference is the logical id that it is of. */
  readonly variables: Readonly<Record<string, string>>;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

export const readDeclaredStage = (stage = 'dev'): DeclaredStage => {
  const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8').replaceAll('${sls:stage}', stage);
  const { provider, params, functions } = parse(text('serverless.yml'), { logLevel: 'error' }) as Description;
  const resources = Object.assign(
    {},
    ...globSync('infra/*roles.yml', { cwd: ROOT }).map((path) => parse(text(path)) as object),
  ) as Readonly<Record<string, Resource>>;
  const statementsOf = (role: string) =>
    list(resources[role]?.Properties['Policies']).flatMap((policy) =>
      list((policy as { PolicyDocument: { Statement: unknown } }).PolicyDocument.Statement),
    );
  const valueOf = (value: unknown): string => {
    const reference = (value as { readonly Ref?: string } | null)?.Ref;
    if (reference !== undefined) return reference;
    return String(value).replaceAll(/\$\{param:(\w+)\}/g, (_, name: string) => String(params.default[name] ?? ''));
  };
  return {
    statements: new Map(Object.entries(functions).map(([name, { role }]) => [name, statementsOf(role)])),
    variables: Object.fromEntries(Object.entries(provider.environment).map(([name, value]) => [name, valueOf(value)])),
  };
};
