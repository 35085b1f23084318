import { at } from '../template/template.ts';

/** Through which service a key is used, and the function whose own code asks; missing where there is none. */
export type ContextKey = 'kms:ViaService' | 'lambda:SourceFunctionArn';

/** What a function asked of AWS: the action by IAM's name, on what, and for items of a table by which partition keys. */
export interface AwsRequest {
  readonly action: string;
  /** A resource of the template by its logical id, `Table/index/name`, or an ARN. */
  readonly resource: string;
  /** `null`: the request has no such key, so that IAM has no `dynamodb:LeadingKeys`. */
  readonly leadingKeys: readonly string[] | null;
  /** What else IAM knows of the request, by the names of its condition keys. Default: nothing. */
  readonly context?: Readonly<Partial<Record<ContextKey, string>>>;
}

/** One thing that a role grants: a statement has as many as it has actions, resources and patterns of keys. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  /** A partition key, or the service by which; `null`: whatever the key. */
  readonly key: string | null;
}

type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const LEADING_KEYS = 'dynamodb:LeadingKeys';

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const compiled = new Map<string, RegExp>();

const compile = (pattern: string): RegExp => {
  const parts = pattern.split(/([*?])/).map((part) => ({ '*': '.*', '?': '.' })[part] ?? RegExp.escape(part));
  const made = new RegExp(`^${parts.join('')}$`, 's');
  compiled.set(pattern, made);
  return made;
};

/** IAM's `*` and `?`. */
export const matches = (pattern: string, text: string): boolean =>
  (compiled.get(pattern) ?? compile(pattern)).test(text);

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::URLSuffix': 'amazonaws.com',
};

const substituted = (text: string): string =>
  text.replaceAll(/\$\{([\w:]+)(\.Arn)?\}/g, (_, name: string) => PSEUDO_PARAMETERS[name] ?? name);

/** A resource as requests name it. Throws for what the templates of Ballast do not have. */
const resourceOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [id, attribute] = list(at(value, 'Fn::GetAtt'));
  if (typeof id === 'string' && attribute === 'Arn') return id;
  const [ref, text] = [at(value, 'Ref'), at(value, 'Fn::Sub')];
  if (typeof ref === 'string') return ref;
  if (typeof text !== 'string') throw new Error(`No known resource: ${JSON.stringify(value)}`);
  return substituted(text);
};

/** The values of a condition. */
const valuesOf = (wanted: unknown): string[] =>
  list(wanted).map((value) => substituted(String(at(value, 'Fn::Sub') ?? value)));

/** The operator of each key that a request has one value of at most. */
const CONTEXT: Readonly<Record<ContextKey, string>> = {
  'kms:ViaService': 'StringEquals',
  'lambda:SourceFunctionArn': 'ArnEquals',
};

const isOfContext = (key: string): key is ContextKey => Object.hasOwn(CONTEXT, key);

const isFor = (operator: string, key: string, wanted: unknown, request: AwsRequest): boolean => {
  const values = valuesOf(wanted);
  if (isOfContext(key)) {
    if (CONTEXT[key] !== operator) throw new Error(`No known condition operator: ${operator}`);
    const own = request.context?.[key];
    return own !== undefined && values.includes(own);
  }
  if (key !== LEADING_KEYS) throw new Error(`No known condition key: ${key}`);
  const { leadingKeys } = request;
  switch (operator) {
    // Whether the key is missing is what it asks.
    case 'Null':
      return values.includes(String(leadingKeys === null));
    // Of none, everything holds.
    case 'ForAllValues:StringLike':
      return (leadingKeys ?? []).every((own) => values.some((pattern) => matches(pattern, own)));
    case 'ForAllValues:StringEquals':
      return (leadingKeys ?? []).every((own) => values.includes(own));
    default:
      throw new Error(`No known condition operator: ${operator}`);
  }
};

const EFFECTS: ReadonlySet<unknown> = new Set(['Allow', 'Deny']);

/** Whether a statement is about a request. Throws for elements that the templates of Ballast do not have. */
const isAbout = (statement: unknown, request: AwsRequest): boolean => {
  const { Sid, Effect, Action, Resource, Condition: conditions = {}, ...rest } = statement as Record<string, unknown>;
  if (!EFFECTS.has(Effect) || Object.keys(rest).length > 0) throw new Error(`No known statement: ${String(Sid)}`);
  return (
    list(Action).some((pattern) => matches(String(pattern).toLowerCase(), request.action.toLowerCase())) &&
    list(Resource).some((pattern) => matches(resourceOf(pattern), request.resource)) &&
    Object.entries(conditions as Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => isFor(operator, key, wanted, request)),
    )
  );
};

const isDenial = (statement: unknown): boolean => at(statement, 'Effect') === 'Deny';

/** Whether a statement allows a request, if no other one denies it, as IAM decides. */
export const allows = (statement: unknown, request: AwsRequest): boolean =>
  isAbout(statement, request) && !isDenial(statement);

/** Whether statements together let a request through. */
export const isGranted = (statements: readonly unknown[], request: AwsRequest): boolean => {
  const about = statements.filter((statement) => isAbout(statement, request));
  return about.length > 0 && !about.some(isDenial);
};

/** The single grants of a statement. */
export const grantsOf = (statement: unknown): Grant[] => {
  if (isDenial(statement)) return [];
  const bounds = Object.entries((at(statement, 'Condition') ?? {}) as Condition).filter(([name]) => name !== 'Null');
  const keys = bounds.length === 0 ? [null] : bounds.flatMap(([, of]) => Object.values(of).flatMap(valuesOf));
  return list(at(statement, 'Action')).flatMap((action) =>
    list(at(statement, 'Resource')).flatMap((resource) =>
      keys.map((key) => ({ action: String(action), resource: resourceOf(resource), key })),
    ),
  );
};

/** Whether it is this grant that a request makes use of. */
export const uses = ({ action, resource, key }: Grant, request: AwsRequest): boolean =>
  matches(action, request.action) &&
  matches(resource, request.resource) &&
  (key === null ||
    [...(request.leadingKeys ?? []), ...Object.values(request.context ?? {})].some((own) => matches(key, own)));
