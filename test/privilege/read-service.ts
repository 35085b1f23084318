import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../made-once.ts';
import type { Resource } from '../template/template.ts';

/** Parameters of a stage by their names. */
export type Parameters = Readonly<Record<string, unknown>>;

/** `serverless.yml` with its files, its parameters put in. */
export interface Service {
  readonly params: Readonly<Record<string, Parameters>>;
  readonly plugins: readonly string[];
  readonly custom: object;
  readonly provider: { readonly environment: Readonly<Record<string, unknown>> };
  readonly functions: Readonly<Record<string, { readonly role: string; readonly handler: string }>>;
  readonly resources: readonly { readonly Resources?: Readonly<Record<string, Resource>> }[];
}

const files = new Map<string, unknown>();

/** Parsed once; nobody changes what comes of it. */
const read = (path: string): unknown => {
  const text = () => readFileSync(join(ROOT, path), 'utf8');
  if (!files.has(path)) files.set(path, parse(text(), { logLevel: 'error', merge: true }));
  return files.get(path);
};

/** Puts in what osls would, as far as a stage's grants depend on it; what it does not know stays as it is. */
const putIn = (value: unknown, stage: string, parameters: Parameters): unknown => {
  const within = (inner: unknown): unknown => putIn(inner, stage, parameters);
  const parameter = (name: string): unknown => {
    if (!Object.hasOwn(parameters, name)) throw new Error(`There is no parameter ${name}.`);
    return parameters[name];
  };
  if (Array.isArray(value)) return value.map(within);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, within(inner)]));
  if (typeof value !== 'string') return value;
  const [, whole] = /^\$\{param:(\w+)\}$/.exec(value) ?? [];
  if (whole !== undefined) return parameter(whole);
  const [, yesOrNo] = /^\$\{strToBool\(\$\{param:(\w+)\}\)\}$/.exec(value) ?? [];
  if (yesOrNo !== undefined) return String(parameter(yesOrNo)) === 'true';
  const [, file] = /^\$\{file\(([^)]+)\)\}$/.exec(value) ?? [];
  if (file !== undefined) return within(read(file));
  return value
    .replaceAll('${sls:stage}', stage)
    .replaceAll(/\$\{param:(\w+)\}/g, (_, name: string) => String(parameter(name)));
};

/** The service as osls reads it for a stage with these parameters; the others are as `serverless.yml` has them. */
export const readService = (stage: string, set: Parameters): Service => {
  const text = read('serverless.yml') as Service;
  const { default: defaults, [stage]: own } = text.params;
  const parameters = { ...defaults, ...own, ...set };
  const { params, ...rest } = text;
  return { ...(putIn(rest, stage, parameters) as Service), params };
};
