import type { Random } from '../../../../lib/kernel/clock.ts';
import { BASE64, chars, times, UPPER } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { class: 'keys', label: 'API_KEY' } as const;
const ID_SOURCE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids';
const SECRET_SOURCE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html';

/** What follows the prefix is base 32 (RFC 4648). */
const BASE32 = `${UPPER}234567`;

const ID_TEXTS = [
  '[default]\naws_access_key_id = §\nregion = eu-central-1\n',
  'export AWS_ACCESS_KEY_ID=§',
  '{"AccessKeyId": "§", "Status": "Active", "UserName": "deploy"}',
  'User name,Access key ID,Console login link\ndeploy,§,https://example.signin.aws.amazon.com/console',
  'InvalidClientTokenId: the access key § does not exist in our records.',
  'GET /photos?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=§%2F20261103%2Feu-west-1%2Fs3%2Faws4_request HTTP/1.1',
  'Authorization: AWS4-HMAC-SHA256 Credential=§/20261103/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date',
  'Bitte sperrt § noch heute, der Schlüssel stand im Wiki.',
  'provider "aws" {\n  region     = "us-east-1"\n  access_key = "§"\n}',
  "AWS.config.update({ accessKeyId: '§', region: 'us-west-2' });",
  'CloudTrail: userIdentity.accessKeyId=§ eventName=ListBuckets sourceIPAddress=192.0.2.10',
  '* key `§` (created 2026-02-01, last used yesterday)',
  'spring.cloud.aws.credentials.access-key=§',
  '¿Alguien sabe de quién es la clave §?',
];

const SECRET_TEXTS = [
  'AWS_SECRET_ACCESS_KEY=§\nAWS_REGION=eu-west-1\n',
  '[prod]\naws_secret_access_key = §\noutput = json\n',
  '{\n  "AccessKey": {\n    "UserName": "deploy",\n    "SecretAccessKey": "§",\n    "Status": "Active"\n  }\n}',
  "const s3 = new S3Client({ credentials: { accessKeyId, secretAccessKey: '§' } });",
  'export AWS_SECRET_ACCESS_KEY="§"',
  'aws configure set aws_secret_access_key §',
  'provider "aws" {\n  secret_key = "§"\n}',
  'environment:\n  - AWS_SECRET_ACCESS_KEY=§\n  - AWS_DEFAULT_REGION=us-east-1\n',
  "session = boto3.Session(aws_secret_access_key='§')",
  '{"Credentials":{"SecretAccessKey":"§","Expiration":"2026-11-03T18:00:00Z"}}',
  'AWS Secret Access Key [None]: §\nDefault region name [None]: eu-central-1',
  'spring.cloud.aws.credentials.secret-key=§',
  'env:\n  AWS_SECRET_ACCESS_KEY: §\n  STAGE: prod\n',
  'Secret access key: §',
  '$env:AWS_SECRET_ACCESS_KEY = "§"',
  '<add key="AWSSecretKey" value="§" />',
];

const secret = (random: Random) => chars(random, 40, BASE64);

export const awsKeys = (random: Random): Planted[] => [
  ...plant(
    { ...ABOUT, kind: 'aws-access-key-id', source: ID_SOURCE },
    ID_TEXTS,
    times(14, (index) => `${index % 3 === 2 ? 'AS' : 'AK'}${'IA'}${chars(random, 16, BASE32)}`),
  ),
  ...plant(
    { ...ABOUT, kind: 'aws-secret-access-key', source: SECRET_SOURCE },
    SECRET_TEXTS,
    times(16, () => secret(random)),
  ),
  ...plant(
    { ...ABOUT, kind: 'aws-secret-access-key', source: SECRET_SOURCE },
    [
      `Access key ID,Secret access key\nAK${'IA'}****************,§\n`,
      'User name,Password,Secret access key\r\ndeploy,,§\r\n',
      'secret_access_key: "§"',
      'AWS_ACCESS_KEY_ID=$ID AWS_SECRET_ACCESS_KEY=§ aws s3 ls',
    ],
    times(4, () => secret(random)),
  ),
];
