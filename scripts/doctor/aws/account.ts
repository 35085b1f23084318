/** Who asks. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
}

/** How much of Lambda the account has in the region. */
export interface LambdaLimits {
  readonly concurrency: number;
  /** What no function has set aside for itself. */
  readonly unreserved: number;
  readonly codeBytes: number;
  readonly maxCodeBytes: number;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: string;
}

export interface Stack {
  readonly name: string;
  readonly status: string;
  readonly isProtected: boolean;
  /** The project that it was deployed from; `null`: it does not say. */
  readonly project: string | null;
  readonly resources: readonly StackResource[];
}

export interface FoundTable {
  readonly isProtected: boolean;
  /** As DynamoDB counted some hours ago. */
  readonly items: number;
}

/** A table that the operator names. */
export interface RestoredTable {
  /** Names of the attributes of its key. */
  readonly keys: readonly string[];
  readonly isRecoverable: boolean;
  readonly isProtected: boolean;
  /** The attribute by which items go; `null`: none goes. */
  readonly expiry: string | null;
}

export interface FoundSecret {
  /** When it was deleted, to be recoverable for some days; `null`: it was not. */
  readonly deletedAt: Date | null;
}

export interface FoundKey {
  readonly state: string;
  readonly usage: string;
  readonly spec: string;
}

export interface FoundCertificate {
  readonly status: string;
  /** Host names, with `*` for a first label. */
  readonly names: readonly string[];
}

/** Where a function runs; empty: in no network of the operator's. */
export interface FoundNetwork {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** What AWS says of an account and region, as far as a deployment depends on it. `null`: there is none. Each rejects as the SDK does. */
export interface Account {
  identity(): Promise<Identity>;
  lambdaLimits(): Promise<LambdaLimits>;
  /** The ARN of the role by which API Gateway writes logs. */
  logRole(): Promise<string | null>;
  hasRole(name: string): Promise<boolean>;
  hasPolicy(arn: string): Promise<boolean>;
  /** Of a function, by its name. */
  network(functionName: string): Promise<FoundNetwork | null>;
  /** The ARN of the web ACL before a stage of an API. */
  webAcl(apiId: string, stage: string): Promise<string | null>;
  stack(name: string): Promise<Stack | null>;
  /** Why the last change of a stack failed, in the words of the first resource that did. */
  lastFailure(name: string): Promise<string | null>;
  table(name: string): Promise<FoundTable | null>;
  restoredTable(name: string): Promise<RestoredTable | null>;
  secret(name: string): Promise<FoundSecret | null>;
  /** Its value, which is shown to nobody; `null`: it has none. */
  secretValue(name: string): Promise<string | null>;
  /** Names of log groups that begin so. */
  logGroups(prefix: string): Promise<readonly string[]>;
  /** `elsewhere`: in another region, or another account. */
  bucket(name: string): Promise<'here' | 'elsewhere' | null>;
  hasDomain(name: string): Promise<boolean>;
  key(arn: string): Promise<FoundKey | null>;
  certificate(arn: string): Promise<FoundCertificate | null>;
  /** How many addresses of a topic have said yes to it. */
  confirmedSubscriptions(topicArn: string): Promise<number>;
}

/** Whether AWS took the credentials and said no to this very question. */
export const isForbidden = (error: unknown): boolean =>
  /^(?:AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden)/.test((error as Error).name);
