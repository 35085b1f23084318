import { functionIdAt } from '../../scripts/compiled-template.ts';

/** A CloudFormation template, as far as these tests read it. */
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, unknown>;
}

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | string[];
  readonly Properties: Record<string, unknown>;
}

/** Resources of a type with their logical ids. */
export const ofType = (template: Template, type: string): [string, Resource][] =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

/** The resource of that logical id; throws when there is none. */
export const resource = (template: Template, id: string): Resource => {
  const found = template.Resources[id];
  if (found === undefined) throw new Error(`There is no resource ${id}.`);
  return found;
};

/** The value at a path below something; `undefined` where the path ends early. */
export const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

/** Overwrites the value at a path, to plant a defect; `undefined` removes it. */
export const plant = (template: Template, path: (string | number)[], value: unknown): Template => {
  const copy = structuredClone(template);
  const parent = at(copy.Resources, ...path.slice(0, -1)) as Record<string, unknown> | undefined;
  const key = path.at(-1);
  if (parent === undefined || key === undefined) throw new Error(`There is nothing at ${path.join('.')}.`);
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return copy;
};

/** The logical id of the function that a reference leads to, by its alias; empty where it leads to none. */
export const functionAt = (template: Template, reference: unknown): string =>
  functionIdAt(template as never, reference) ?? '';
