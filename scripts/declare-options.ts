import { ofType, type Template } from './compiled-template.ts';
import { declareAccess } from './stage/access.ts';
import { declareDomain } from './stage/domain.ts';
import { declareEncryption } from './stage/encryption.ts';
import { declareNetwork } from './stage/network.ts';
import { readStageOptions, type StageOptions } from './stage/stage-options.ts';
import { declareThrottles } from './stage/throttles.ts';
import { declareWebAcl } from './stage/web-acl.ts';

interface Osls {
  readonly service: {
    readonly custom: { readonly stageOptions: unknown };
    readonly provider: {
      readonly compiledCloudFormationTemplate: Template;
      stackTags?: Readonly<Record<string, string>>;
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
  declareThrottles(template, options);
  declareDomain(template, options);
  declareAccess(template, options);
  declareWebAcl(template, options);
  declareNetwork(template, options);
  declareEncryption(template, options);
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
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        declareOptions(service.provider.compiledCloudFormationTemplate, options());
      },
      'before:deploy:deploy': tag,
      'before:rollback:rollback': tag,
    };
  }
}
