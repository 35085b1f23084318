import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The credentials that it takes. */
export const KEYS = { accessKeyId: 'a', secretAccessKey: 'b' } as const;

export interface ImitatedResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
}

/** An account as a test has it. */
export interface ImitatedAccount {
  id: string;
  arn: string;
  concurrency: number;
  codeBytes: number;
  unreserved: number;
  logRole: string | null;
  roles: Set<string>;
  stack: { name: string; status: string; isProtected: boolean; resources: ImitatedResource[]; project?: string } | null;
  /** Of the stack, newest first. */
  events: { id: string; type: string; status: string; reason: string }[];
  tables: Map<string, { isProtected: boolean; items: number; keys?: string[]; recovery?: string; expiry?: string }>;
  /** Values; `''`: none. */
  secrets: Map<string, { value: string; deletedAt: number | null }>;
  logGroups: Set<string>;
  buckets: Map<string, 200 | 301 | 403>;
  domains: Set<string>;
  keys: Map<string, { state: string; usage: string; spec: string }>;
  certificates: Map<string, { status: string; names: string[] }>;
  confirmed: number;
  policies: Set<string>;
  /** Of all functions that there are. */
  network: { SubnetIds: string[]; SecurityGroupIds: string[] } | null;
  webAcl: string | null;
  /** Operations that are refused, with the name of the refusal. */
  refuses: Map<string, string>;
}

type Answer = readonly [status: number, body: string, type?: string];

const JSON_TYPE = 'application/x-amz-json-1.1';
const json = (body: object, status = 200): Answer => [status, JSON.stringify(body), JSON_TYPE];
const refusal = (name: string): Answer => json({ __type: name, message: 'canary', Message: 'canary' }, 400);
const xml = (operation: string, inner: string): Answer => [
  200,
  `<${operation}Response><${operation}Result>${inner}</${operation}Result></${operation}Response>`,
];
const xmlRefusal = (name: string, message = 'canary'): Answer => [
  400,
  `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`,
];

const members = (all: readonly string[]): string => all.map((one) => `<member>${one}</member>`).join('');

/** CloudFormation gives a hundred at once. */
const PAGE = 100;

const ofCloudFormation = (account: ImitatedAccount, operation: string, form: URLSearchParams): Answer => {
  const { stack, events } = account;
  const missing = xmlRefusal('ValidationError', `Stack with id ${form.get('StackName')} does not exist`);
  if (stack === null || form.get('StackName') !== stack.name) return missing;
  if (operation === 'DescribeStacks') {
    const { name, status, isProtected, project = 'ballast' } = stack;
    const one =
      `<StackName>${name}</StackName><CreationTime>2026-11-01T00:00:00Z</CreationTime>` +
      `<StackStatus>${status}</StackStatus><EnableTerminationProtection>${isProtected}</EnableTerminationProtection>` +
      `<Outputs><member><OutputKey>Project</OutputKey><OutputValue>${project}</OutputValue></member></Outputs>`;
    return xml(operation, `<Stacks>${members([one])}</Stacks>`);
  }
  if (operation === 'ListStackResources') {
    const from = Number(form.get('NextToken') ?? 0);
    const page = stack.resources
      .slice(from, from + PAGE)
      .map(
        ({ logicalId, type, physicalId, status }) =>
          `<LogicalResourceId>${logicalId}</LogicalResourceId><ResourceType>${type}</ResourceType>` +
          `<PhysicalResourceId>${physicalId}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus>`,
      );
    const next = from + PAGE < stack.resources.length ? `<NextToken>${from + PAGE}</NextToken>` : '';
    return xml(operation, `<StackResourceSummaries>${members(page)}</StackResourceSummaries>${next}`);
  }
  const all = events.map(
    ({ id, type, status, reason }) =>
      `<LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType>` +
      `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>`,
  );
  return xml(operation, `<StackEvents>${members(all)}</StackEvents>`);
};

const ofQuery = (account: ImitatedAccount, service: string, body: string): Answer => {
  const form = new URLSearchParams(body);
  const operation = form.get('Action') ?? '';
  const refused = account.refuses.get(operation);
  if (refused !== undefined) return xmlRefusal(refused);
  if (service === 'cloudformation') return ofCloudFormation(account, operation, form);
  if (operation === 'GetCallerIdentity')
    return xml(operation, `<Account>${account.id}</Account><Arn>${account.arn}</Arn><UserId>u</UserId>`);
  if (operation === 'GetRole')
    return account.roles.has(form.get('RoleName') ?? '')
      ? xml(operation, `<Role><RoleName>${form.get('RoleName')}</RoleName></Role>`)
      : xmlRefusal('NoSuchEntity');
  if (operation === 'GetPolicy') {
    const arn = form.get('PolicyArn') ?? '';
    return account.policies.has(arn)
      ? xml(operation, `<Policy><Arn>${arn}</Arn></Policy>`)
      : xmlRefusal('NoSuchEntity');
  }
  const attribute = `<entry><key>SubscriptionsConfirmed</key><value>${account.confirmed}</value></entry>`;
  return xml(operation, `<Attributes>${attribute}</Attributes>`);
};

const ofTarget = (account: ImitatedAccount, operation: string, input: Readonly<Record<string, string>>): Answer => {
  const refused = account.refuses.get(operation);
  if (refused !== undefined) return refusal(refused);
  const none = refusal('ResourceNotFoundException');
  switch (operation) {
    case 'DescribeTable': {
      const table = account.tables.get(input['TableName'] ?? '');
      const KeySchema = table?.keys?.map((AttributeName) => ({ AttributeName }));
      const shown = { DeletionProtectionEnabled: table?.isProtected, ItemCount: table?.items, KeySchema };
      return table === undefined ? none : json({ Table: shown });
    }
    case 'DescribeContinuousBackups': {
      const PointInTimeRecoveryStatus = account.tables.get(input['TableName'] ?? '')?.recovery ?? 'DISABLED';
      return json({ ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus } } });
    }
    case 'DescribeTimeToLive': {
      const AttributeName = account.tables.get(input['TableName'] ?? '')?.expiry;
      const TimeToLiveStatus = AttributeName === undefined ? 'DISABLED' : 'ENABLED';
      return json({ TimeToLiveDescription: { TimeToLiveStatus, AttributeName } });
    }
    case 'DescribeSecret': {
      const secret = account.secrets.get(input['SecretId'] ?? '');
      if (secret === undefined) return none;
      return json({ Name: input['SecretId'], ...(secret.deletedAt && { DeletedDate: secret.deletedAt }) });
    }
    case 'GetSecretValue': {
      const value = account.secrets.get(input['SecretId'] ?? '')?.value;
      return value ? json({ SecretString: value }) : none;
    }
    case 'DescribeLogGroups': {
      const found = [...account.logGroups].filter((name) => name.startsWith(input['logGroupNamePrefix'] ?? ''));
      return json({ logGroups: found.map((logGroupName) => ({ logGroupName })) });
    }
    case 'DescribeKey': {
      const key = account.keys.get(input['KeyId'] ?? '');
      if (key === undefined) return refusal('NotFoundException');
      return json({ KeyMetadata: { KeyState: key.state, KeyUsage: key.usage, KeySpec: key.spec } });
    }
    case 'DescribeCertificate': {
      const found = account.certificates.get(input['CertificateArn'] ?? '');
      if (found === undefined) return none;
      const [DomainName, ...SubjectAlternativeNames] = found.names;
      return json({ Certificate: { Status: found.status, DomainName, SubjectAlternativeNames } });
    }
    default:
      return refusal('UnknownOperationException');
  }
};

const ofPath = (account: ImitatedAccount, service: string, path: string): Answer => {
  if (service === 'apigateway' && path === '/account') {
    const refused = account.refuses.get('GetAccount');
    if (refused !== undefined) return refusal(refused);
    return json(account.logRole === null ? {} : { cloudwatchRoleArn: account.logRole });
  }
  if (service === 'apigateway' && path.includes('/stages/')) return json({ webAclArn: account.webAcl ?? undefined });
  if (service === 'apigateway')
    return account.domains.has(path.slice('/domainnames/'.length)) ? json({}) : json({ message: 'none' }, 404);
  if (path.endsWith('/configuration')) return json({ VpcConfig: account.network ?? undefined });
  const limit = { ConcurrentExecutions: account.concurrency, UnreservedConcurrentExecutions: account.unreserved };
  return json({
    AccountLimit: { ...limit, TotalCodeSize: 80_530_636_800 },
    AccountUsage: { TotalCodeSize: account.codeBytes },
  });
};

const answer = (account: ImitatedAccount, request: IncomingMessage, body: string): Answer => {
  const [, service = ''] = /\/([\w-]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
  const target = request.headers['x-amz-target'];
  const path = request.url ?? '/';
  if (service === 's3') return [account.buckets.get(path.split('/')[1] ?? '') ?? 404, ''];
  if (typeof target === 'string')
    return ofTarget(account, target.slice(target.lastIndexOf('.') + 1), JSON.parse(body) as Record<string, string>);
  return request.method === 'GET' ? ofPath(account, service, path) : ofQuery(account, service, body);
};

export interface Imitation {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  account: ImitatedAccount;
  /** Each request that came, by its target, its action or its path. */
  readonly asked: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A small imitation of the services of AWS that the doctor asks, for their real clients, over real HTTP. */
export const imitateAws = async (account: ImitatedAccount): Promise<Imitation> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(String(request.headers['x-amz-target'] ?? /Action=\w+/.exec(body)?.[0] ?? request.url));
      const [status, sent, type = 'text/xml'] = answer(imitation.account, request, body);
      // A client of JSON learns from this header what a refusal is called.
      const name = /"__type":"(\w+)"/.exec(sent)?.[1] ?? (status === 404 ? 'NotFoundException' : undefined);
      response.writeHead(status, { 'content-type': type, ...(name && { 'x-amzn-errortype': name }) });
      response.end(request.method === 'HEAD' ? undefined : sent);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const imitation: Imitation = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return imitation;
};
