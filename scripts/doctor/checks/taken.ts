import { fail, type Finding, ok } from '../finding.ts';
import { awsCommand, type Deployment, isOwn, type Named, namedIn, quoted } from '../subject.ts';
import { checkRestored } from './restored-tables.ts';

/** What has a name of the stage and does not belong to its stack, and what takes it away. */
interface Taken {
  readonly name: string;
  readonly says: string;
  readonly todo: readonly string[];
}

type Look = (deployment: Deployment, named: Named) => Promise<Taken | null>;

const lookForTable: Look = async (deployment, { name }) => {
  const found = await deployment.account.table(name);
  if (found === null) return null;
  const on = (command: string, ...words: readonly string[]) =>
    awsCommand(deployment, 'dynamodb', command, '--table-name', name, ...words);
  const { isProtected, items } = found;
  return {
    name,
    says: items === 0 ? name : `${name} (about ${items} items)`,
    todo: [
      ...(items === 0 ? [] : [on('create-backup', '--backup-name', `${name}-before-deletion`)]),
      ...(isProtected ? [on('update-table', '--no-deletion-protection-enabled')] : []),
      on('delete-table'),
    ],
  };
};

/** Whether it holds something. What nobody here may read, or only after it is restored, may. */
const mayHaveValue = (deployment: Deployment, name: string): Promise<boolean> =>
  deployment.account.secretValue(name).then(
    (value) => value !== null,
    () => true,
  );

/** Its value is read before it is deleted, and put again when the stack has made its own. */
const lookForSecret: Look = async (deployment, { name }) => {
  const found = await deployment.account.secret(name);
  if (found === null) return null;
  const { stage, region } = deployment;
  const deleted = found.deletedAt === null ? '' : ', which waits for its deletion and holds its name until then';
  const on = (command: string, ...words: readonly string[]) =>
    awsCommand(deployment, 'secretsmanager', command, '--secret-id', name, ...words);
  const deletion = on('delete-secret', '--force-delete-without-recovery');
  if (!(await mayHaveValue(deployment, name))) return { name, says: `${name}${deleted}`, todo: [deletion] };
  const kind = name.replace(`ballast/${stage}/`, '');
  const file = quoted(`${kind.replaceAll('/', '-')}.secret`);
  return {
    name,
    says: `${name}${deleted}`,
    todo: [
      ...(found.deletedAt === null ? [] : [on('restore-secret')]),
      `(umask 077; ${on('get-secret-value', '--query', 'SecretString', '--output', 'text')} > ${file})`,
      deletion,
      `After the deployment: npm run secret -- put ${kind} --stage ${stage} --region ${region} < ${file} && rm ${file}`,
    ],
  };
};

const lookForBucket: Look = async (deployment, { name }) => {
  const found = await deployment.account.bucket(name);
  if (found === null) return null;
  if (found === 'elsewhere')
    return { name, says: `${name} (of another account or region)`, todo: [`Give the bucket ${name} another name.`] };
  return { name, says: name, todo: [awsCommand(deployment, 's3', 'rb', `s3://${name}`, '--force')] };
};

const lookForDomain: Look = async (deployment, { name }) => {
  if (!(await deployment.account.hasDomain(name))) return null;
  return {
    name,
    says: name,
    todo: [awsCommand(deployment, 'apigateway', 'delete-domain-name', '--domain-name', name)],
  };
};

const LEFT =
  'An earlier stage, or a first try, left it behind. The deployment would fail: see that nobody needs it, then delete it, or import it into the stack';

const LEFT_SECRET =
  'An earlier stage, a first try, or a deployment that did not use it, left it behind. The deployment would fail: go on by these commands, which keep its value, or import it into the stack';

/** A finding about all names of one kind; those of the stack itself are in nobody's way. */
const findingOf = (
  check: 'tables' | 'secrets' | 'log-groups' | 'buckets' | 'domain',
  all: readonly (Taken | null)[],
): Finding => {
  const taken = all.filter((one) => one !== null);
  if (taken.length === 0)
    return ok(check, all.length === 0 ? 'None has a name of its own.' : 'All names are free, or the stack’s own.');
  return fail(
    check,
    `${taken.length === 1 ? 'There is' : 'There are'} ${taken.map(({ says }) => says).join(', ')} outside the stack. ${check === 'secrets' ? LEFT_SECRET : LEFT}.`,
    taken.flatMap(({ todo }) => todo),
  );
};

const lookAtAll = (deployment: Deployment, named: readonly Named[], look: Look): Promise<(Taken | null)[]> =>
  Promise.all(named.map(async (one) => (isOwn(deployment, one) ? null : look(deployment, one))));

export const checkTables = async (deployment: Deployment): Promise<Finding> => {
  const named = namedIn(deployment.template, 'AWS::DynamoDB::Table', 'TableName');
  const finding = findingOf('tables', await lookAtAll(deployment, named, lookForTable));
  return finding.verdict === 'fail' ? finding : ((await checkRestored(deployment)) ?? finding);
};

/** Also whether one of the stack's own waits for its deletion: somebody deleted it by hand. */
export const checkSecrets = async (deployment: Deployment): Promise<Finding> => {
  const named = namedIn(deployment.template, 'AWS::SecretsManager::Secret', 'Name');
  const own = named.filter((one) => isOwn(deployment, one));
  const found = await Promise.all(
    own.map(async ({ name }) => ({ name, secret: await deployment.account.secret(name) })),
  );
  const deleted = found.filter(({ secret }) => (secret?.deletedAt ?? null) !== null).map(({ name }) => name);
  if (deleted.length > 0)
    return fail(
      'secrets',
      `${deleted.join(', ')} of the stack was deleted by hand, and waits for the end of its recovery.`,
      deleted.map((name) => awsCommand(deployment, 'secretsmanager', 'restore-secret', '--secret-id', name)),
    );
  return findingOf('secrets', await lookAtAll(deployment, named, lookForSecret));
};

/** Log groups are listed by the beginning of their names, which is what the stage has in common. */
export const checkLogGroups = async (deployment: Deployment): Promise<Finding> => {
  const named = namedIn(deployment.template, 'AWS::Logs::LogGroup', 'LogGroupName');
  const marker = `ballast-${deployment.stage}`;
  const prefixes = new Set(
    named.map(({ name }) => (name.includes(marker) ? name.slice(0, name.indexOf(marker) + marker.length) : name)),
  );
  const there = new Set((await Promise.all([...prefixes].map((one) => deployment.account.logGroups(one)))).flat());
  const look: Look = async (_, { name }) => {
    const todo = [awsCommand(deployment, 'logs', 'delete-log-group', '--log-group-name', name)];
    return there.has(name) ? { name, says: name, todo } : null;
  };
  return findingOf('log-groups', await lookAtAll(deployment, named, look));
};

/** Also whether the bucket of the deployments is there: osls does not make it a second time. */
export const checkBuckets = async (deployment: Deployment): Promise<Finding> => {
  const { stack, account, template } = deployment;
  const deployments = stack?.resources.find(
    ({ logicalId, status }) => logicalId === 'ServerlessDeploymentBucket' && !status.startsWith('DELETE_'),
  );
  if (deployments !== undefined && (await account.bucket(deployments.physicalId)) === null)
    return fail('buckets', `The bucket of the deployments was deleted by hand: ${deployments.physicalId}.`, [
      awsCommand(deployment, 's3', 'mb', `s3://${deployments.physicalId}`),
    ]);
  return findingOf(
    'buckets',
    await lookAtAll(deployment, namedIn(template, 'AWS::S3::Bucket', 'BucketName'), lookForBucket),
  );
};

/** Whether an API outside the stack has the domain. */
export const checkDomainName = async (deployment: Deployment): Promise<Finding> => {
  const named = namedIn(deployment.template, 'AWS::ApiGateway::DomainName', 'DomainName');
  return findingOf('domain', await lookAtAll(deployment, named, lookForDomain));
};
