import { ofType, type Template } from './compiled-template.ts';
import { declareAccess } from './stage/access.ts';
import { declareCanary } from './stage/canary.ts';
import { declareDomain } from './stage/domain.ts';
import { declareEncryption } from './stage/encryption.ts';
import { declareManagedInstances } from './stage/managed-instances.ts';
import { declareTables } from './stage/named-tables.ts';
import { declareNetwork } from './stage/network.ts';
import { declareSizes } from './stage/sizes.ts';
import { readStageOptions, type StageOptions } from './stage/stage-options.ts';
import { declareThrottles } from './stage/throttles.ts';
import { declareVersions } from './stage/versions.ts';
import { declareWebAcl } from './stage/web-acl.ts';

/** As CloudFormation takes it with a change of a stack. */
interface RollbackConfiguration {
  readonly RollbackTriggers: readonly { readonly Arn: string; readonly Type: 'AWS::CloudWatch::Alarm' }[];
  readonly MonitoringTimeInMinutes: number;
}

interface Osls {
  readonly service: {
    readonly custom: { readonly stageOptions: unknown };
    readonly provider: {
      readonly compiledCloudFormationTemplate: Template;
      stackTags?: Readonly<Record<string, string>>;
      rollbackConfiguration?: RollbackConfiguration;
    };
  };
}

const declareBoundary = (template: Template, { permissionsBoundaryArn }: StageOptions): void => {
  if (permissionsBoundaryArn === null) return;
  for (const [, { Properties }] of ofType(template, 'AWS::IAM::Role'))
    Properties['PermissionsBoundary'] = permissionsBoundaryArn;
};

/** Makes of a stage what its options say; those that are not set leave the template as it is. */
export const declareOptions = (template: Template, options: StageOptions): void => {
  declareTables(template, options);
  declareThrottles(template, options);
  declareDomain(template, options);
  declareAccess(template, options);
  declareWebAcl(template, options);
  declareSizes(template, options);
  declareManagedInstances(template, options);
  declareNetwork(template, options);
  declareEncryption(template, options);
  declareVersions(template);
  declareCanary(template, options);
  declareBoundary(template, options);
};

/** The plugin of osls that does so once its template is complete: the last one, since others add roles' statements and secrets. */
export default class DeclareOptions {
  readonly hooks: Record<string, () => void>;

  constructor({ service }: Osls) {
    const options = () => readStageOptions(service.custom.stageOptions);
    // Tags of the stack are those of all its resources. Only from here on: osls would set those of the API's stage by itself,
    // by calls after the deployment.
    const tag = () => {
      const { tags } = options();
      if (Object.keys(tags).length > 0) service.provider.stackTags = tags;
    };
    // A part of the deployment, and not of the template: CloudFormation takes the change back if one of them rings.
    const watch = () => {
      const { rollbackAlarmArns, rollbackMinutes } = options();
      if (rollbackMinutes === null) return;
      service.provider.rollbackConfiguration = {
        RollbackTriggers: rollbackAlarmArns.map((Arn) => ({ Arn, Type: 'AWS::CloudWatch::Alarm' })),
        MonitoringTimeInMinutes: rollbackMinutes,
      };
    };
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        declareOptions(service.provider.compiledCloudFormationTemplate, options());
      },
      'before:deploy:deploy': () => {
        tag();
        watch();
      },
      'before:rollback:rollback': tag,
    };
  }
}
