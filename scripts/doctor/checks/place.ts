import { ofType, type Template } from '../../compiled-template.ts';
import { type Account, type Identity, isForbidden } from '../aws/account.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { arnParts, type Subject } from '../subject.ts';

/** Where a stage would be deployed to, and what else could have been meant. */
export interface Place {
  readonly region: string;
  /** Who named it; `null`: nobody, and osls takes its default. */
  readonly namedBy: '--region' | 'AWS_REGION' | null;
  /** What the SDK, and so the AWS CLI and other commands, would take where no option says; `null`: nothing. */
  readonly usual: string | null;
}

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;

/** Whether the region is the one that is meant: osls reads `--region` and `AWS_REGION`, and neither profiles nor `AWS_DEFAULT_REGION`. */
export const checkRegion = ({ region, namedBy, usual }: Place): Finding => {
  if (!REGION.test(region))
    return fail('region', `${region} is no name of a region.`, ['export AWS_REGION=eu-central-1']);
  if (namedBy !== null) return ok('region', `${region}, as ${namedBy} says.`);
  if (usual !== null && usual !== region)
    return fail(
      'region',
      `A deployment would go to ${region}: osls reads --region and AWS_REGION alone, and your profile or AWS_DEFAULT_REGION says ${usual}.`,
      [`export AWS_REGION=${usual}`],
    );
  return warn('region', `Nobody has named a region, and ${region} is where osls deploys then.`, [
    `export AWS_REGION=${region}`,
  ]);
};

/** What is said where there are no credentials, or none that AWS takes. */
const LOG_IN = ['aws sso login', 'aws configure'];

export interface Identified {
  readonly finding: Finding;
  /** `null`: nobody is known to AWS, so that it cannot be asked. */
  readonly identity: Identity | null;
}

/** As whom AWS is asked; it is the first that it is asked. */
export const identify = async (account: Pick<Account, 'identity'>, region: string): Promise<Identified> => {
  try {
    const identity = await account.identity();
    return { identity, finding: ok('identity', `${identity.arn}.`) };
  } catch (error) {
    const { name, code } = error as { readonly name: string; readonly code?: string };
    return { identity: null, finding: unidentified(error, code ?? name, region) };
  }
};

const REFUSED = /^(?:ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId)/;

const unidentified = (error: unknown, name: string, region: string): Finding => {
  if (/CredentialsProvider|TokenProvider|^AWS_CREDENTIALS|CREDENTIALS_NOT_FOUND|PROFILE/i.test(name))
    return fail('identity', 'There are no credentials: what is local was checked, and AWS was not asked.', LOG_IN);
  if (REFUSED.test(name))
    return fail(
      'identity',
      `AWS does not take the credentials (${name}): they have expired, or ${region} is not enabled in their account.`,
      LOG_IN,
    );
  if (isForbidden(error)) return fail('identity', 'A policy denies these credentials everything.', LOG_IN);
  return fail('identity', `AWS does not answer in ${region} (${name}): see the name of the region, and the network.`);
};

/** ARNs of the operator's own in a template, by the parameter that they stand in; a deployment refuses those of another account. */
const ownArns = (template: Template): (readonly [parameter: string, arn: unknown])[] => [
  ['permissionsBoundaryArn', ofType(template, 'AWS::IAM::Role')[0]?.[1].Properties['PermissionsBoundary']],
  ['certificateArn', template.Resources['ApiDomain']?.Properties['RegionalCertificateArn']],
  ['webAclArn', template.Resources['WebAclAssociation']?.Properties['WebACLArn']],
];

/** Whether the account is the one that is meant, and the one of each ARN in the parameters of the stage. */
export const checkAccount = (
  { template, stage }: Pick<Subject, 'template' | 'stage'>,
  account: string,
  meant: string | undefined,
): Finding => {
  if (meant !== undefined && meant !== account)
    return fail('account', `These credentials are of the account ${account}, and --account says ${meant}.`, [
      'export AWS_PROFILE=<a profile of that account>',
    ]);
  const foreign = ownArns(template).find(
    ([, arn]) => typeof arn === 'string' && !['', 'aws', account].includes(arnParts(arn).account),
  );
  if (foreign !== undefined)
    return fail(
      'account',
      `These credentials are of the account ${account}, and ${foreign[0]} of ${stage} is of ${arnParts(String(foreign[1])).account}.`,
      ['export AWS_PROFILE=<a profile of that account>'],
    );
  return ok(
    'account',
    meant === undefined ? `${account}; with --account a deployment to another one is noticed.` : `${account}.`,
  );
};
