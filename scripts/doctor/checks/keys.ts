import { ofType, type Template } from '../../compiled-template.ts';
import { fail, type Finding, ok } from '../finding.ts';
import { arnParts, awsCommand, type Deployment, type Subject } from '../subject.ts';
import { checkDomainName } from './taken.ts';

const domainIn = ({ Resources }: Template): { readonly name: string; readonly certificate: string } | null => {
  const { DomainName, RegionalCertificateArn } = Resources['ApiDomain']?.Properties ?? {};
  return typeof DomainName !== 'string' ? null : { name: DomainName, certificate: String(RegionalCertificateArn) };
};

const keyIn = (template: Template): string | null => {
  const [, table] = ofType(template, 'AWS::DynamoDB::Table')[0] ?? [];
  const { KMSMasterKeyId } = (table?.Properties['SSESpecification'] ?? {}) as { readonly KMSMasterKeyId?: unknown };
  return typeof KMSMasterKeyId === 'string' ? KMSMasterKeyId : null;
};

const elsewhere = (arn: string, region: string): string | null => {
  const { region: own } = arnParts(arn);
  return own === region ? null : own;
};

/** What needs no credentials to be seen: a certificate in another region. `null`: nothing is wrong so far. */
export const checkDomainHere = ({ template, region }: Subject): Finding | null => {
  const domain = domainIn(template);
  if (domain === null) return ok('domain', 'None is set.');
  const other = elsewhere(domain.certificate, region);
  if (other === null) return null;
  return fail(
    'domain',
    `The certificate of ${domain.name} is in ${other}, and the stage in ${region}: the API takes one of its own region.`,
    [awsCommand({ region }, 'acm', 'request-certificate', '--domain-name', domain.name, '--validation-method', 'DNS')],
  );
};

/** `*` is one label, the first. */
const isFor = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1));

/** Whether the certificate of the domain is one that browsers will take, and nobody else has the domain. */
export const checkDomain = async (deployment: Deployment): Promise<Finding> => {
  const here = checkDomainHere(deployment);
  if (here !== null) return here;
  const { name = '', certificate: arn = '' } = domainIn(deployment.template) ?? {};
  const certificate = await deployment.account.certificate(arn);
  const look = [awsCommand(deployment, 'acm', 'describe-certificate', '--certificate-arn', arn)];
  if (certificate === null) return fail('domain', `The certificate of ${name} is not there: ${arn}.`, look);
  if (certificate.status !== 'ISSUED')
    return fail(
      'domain',
      `The certificate of ${name} is ${certificate.status}, and has to be ISSUED: prove the name by the records that it asks for.`,
      look,
    );
  if (!certificate.names.some((pattern) => isFor(pattern, name)))
    return fail('domain', `The certificate is for ${certificate.names.join(', ')}, and not for ${name}.`, look);
  return checkDomainName(deployment);
};

/** What needs no credentials to be seen: a key in another region. `null`: nothing is wrong so far. */
export const checkKeyHere = ({ template, region }: Subject): Finding | null => {
  const arn = keyIn(template);
  if (arn === null) return ok('kms-key', 'Keys of AWS encrypt.');
  const other = elsewhere(arn, region);
  return other === null ? null : fail('kms-key', `The key of kmsKeyArn is in ${other}, and the stage in ${region}.`);
};

/** Whether the key of the operator's can encrypt what the stage stores. */
export const checkKey = async (deployment: Deployment): Promise<Finding> => {
  const here = checkKeyHere(deployment);
  if (here !== null) return here;
  const arn = keyIn(deployment.template) ?? '';
  const key = await deployment.account.key(arn);
  const on = (command: string) => awsCommand(deployment, 'kms', command, '--key-id', arn);
  if (key === null) return fail('kms-key', `There is no key ${arn}.`, [awsCommand(deployment, 'kms', 'list-aliases')]);
  const { state, usage, spec } = key;
  if (usage !== 'ENCRYPT_DECRYPT' || spec !== 'SYMMETRIC_DEFAULT')
    return fail(
      'kms-key',
      `The key is for ${usage} with ${spec}: tables and secrets take a symmetric one that encrypts.`,
    );
  if (state === 'PendingDeletion')
    return fail('kms-key', 'The key waits for its deletion: what it has encrypted will be lost.', [
      on('cancel-key-deletion'),
      on('enable-key'),
    ]);
  if (state !== 'Enabled')
    return fail('kms-key', `The key is ${state}: the stage could not store anything.`, [on('enable-key')]);
  return ok('kms-key', 'It is enabled, and encrypts.');
};
