/** The CloudFormation template as the framework has made it, before it is uploaded; plugins change it in place. */
export interface Template {
  readonly Resources: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  UpdatePolicy?: Record<string, unknown>;
}

interface Statement {
  readonly Action?: unknown;
  readonly Resource?: { readonly Ref?: string };
}

interface Policy {
  readonly PolicyDocument: { Statement: Statement[] };
}

/** Resources of a type with their logical ids. */
export const ofType = ({ Resources }: Template, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, resource]) => resource.Type === type);

/** The logical id of the function that a reference leads to, by its alias or without; `null` where it leads to none. */
export const functionIdAt = ({ Resources }: Template, reference: unknown): string | null => {
  const { 'Fn::GetAtt': [attributeOf] = [], Ref: id = attributeOf } = (reference ?? {}) as {
    readonly 'Fn::GetAtt'?: readonly string[];
    readonly Ref?: string;
  };
  const found = id === undefined ? undefined : Resources[id];
  if (found?.Type === 'AWS::Lambda::Alias') return functionIdAt({ Resources }, found.Properties['FunctionName']);
  return found?.Type === 'AWS::Lambda::Function' ? (id ?? null) : null;
};

/** The logical id of the function that a version, an alias or the like is of. */
export const functionIdOf = ({ Properties }: Resource): string => (Properties['FunctionName'] as { Ref: string }).Ref;

/** The name of a function in `serverless.yml`, by the folder that it is built in: the name of a stage may have hyphens too. */
export const functionName = ({ Properties }: Resource): string => String(Properties['Handler']).split('/')[1] ?? '';

/** The logical id of a function's role. */
export const roleIdOf = ({ Properties }: Resource): string =>
  (Properties['Role'] as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];

/** The role of a function. Throws an Error where the template lacks it. */
export const roleOf = ({ Resources }: Template, one: Resource): Resource => {
  const role = Resources[roleIdOf(one)];
  if (role === undefined) throw new Error(`The template lacks ${roleIdOf(one)}.`);
  return role;
};

/** Roles of functions with their logical ids; others are assumed by the scheduler or by API Gateway. */
export const functionRoles = (template: Template): [string, Resource][] => {
  const named = ofType(template, 'AWS::Lambda::Function').map(([, one]) => roleIdOf(one));
  return ofType(template, 'AWS::IAM::Role').filter(([id]) => named.includes(id));
};

/** The variables of a function, to be changed; none of anything else. */
export const variablesOf = ({ Properties }: Resource): Record<string, unknown> =>
  (Properties['Environment'] as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};

const policiesOf = ({ Properties }: Resource): Policy[] => (Properties['Policies'] ?? []) as Policy[];

const add = (role: Resource, statement: Statement): void => {
  const [{ PolicyDocument }] = policiesOf(role) as [Policy];
  PolicyDocument.Statement.push(statement);
};

/** Adds a statement to what a role may do. */
export const allow = (role: Resource, statement: object): void =>
  add(role, { Effect: 'Allow', ...statement } as Statement);

/** Adds a statement to what a role may not do, whatever else allows it. */
export const deny = (role: Resource, statement: object): void =>
  add(role, { Effect: 'Deny', ...statement } as Statement);

/** Takes away from all roles what they may do with the one resource that a statement names. */
export const disallow = ({ Resources }: Template, id: string): void => {
  for (const { PolicyDocument } of Object.values(Resources).flatMap(policiesOf))
    PolicyDocument.Statement = PolicyDocument.Statement.filter((one) => one.Resource?.Ref !== id);
};

/** Whether a role may ask a service for anything. */
export const asks = (role: Resource, service: string): boolean =>
  policiesOf(role)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => Action)
    .some((action) => String(action).startsWith(`${service}:`));
