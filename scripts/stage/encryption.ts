import { allow, asks, functionRoles, ofType, type Resource, type Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** Where each kind of resource has the key that encrypts it. */
const KEYED: Readonly<Record<string, (resource: Resource, key: string) => void>> = {
  'AWS::DynamoDB::Table': ({ Properties }, key) => {
    Properties['SSESpecification'] = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key };
  },
  'AWS::SecretsManager::Secret': ({ Properties }, key) => {
    Properties['KmsKeyId'] = key;
  },
  'AWS::Logs::LogGroup': ({ Properties }, key) => {
    Properties['KmsKeyId'] = key;
  },
};

interface Use {
  readonly Sid: string;
  readonly service: string;
  readonly actions: readonly string[];
}

/** What a service does with the key in the name of whoever asks it; a secret is only read. */
const USES: readonly Use[] = [
  {
    Sid: 'UseKeyOfTables',
    service: 'dynamodb',
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
  },
  { Sid: 'UseKeyOfSecrets', service: 'secretsmanager', actions: ['kms:Decrypt'] },
];

/** Encrypts tables, secrets and logs with a key of the operator's instead of AWS's. */
export const declareEncryption = (template: Template, { kmsKeyArn }: StageOptions): void => {
  if (kmsKeyArn === null) return;
  for (const [type, put] of Object.entries(KEYED))
    for (const [, resource] of ofType(template, type)) put(resource, kmsKeyArn);
  for (const [, role] of functionRoles(template))
    for (const { Sid, service, actions } of USES)
      if (asks(role, service))
        allow(role, {
          Sid,
          Action: actions,
          Resource: kmsKeyArn,
          Condition: {
            StringEquals: { 'kms:ViaService': { 'Fn::Sub': `${service}.\${AWS::Region}.\${AWS::URLSuffix}` } },
          },
        });
};
