import { alarmFunctions } from './alarm-functions.ts';
import { ofType, type Template } from './compiled-template.ts';
import { declareCauses, declareMail, declareUnmade, dropTickets, dropUnset, mailNotice } from './declare-alarms.ts';
import { declareDashboard, type Widget } from './declare-dashboard.ts';
import { dropUnused } from './optional-secrets.ts';
import { keepSecrets } from './stage/keep-secrets.ts';
import { checkNames } from './stage/name-lengths.ts';

interface Osls {
  readonly service: {
    readonly custom: {
      readonly alarms: unknown;
      readonly isProtected: boolean;
      readonly secretsInAdvance: unknown;
      readonly dashboard: { readonly isMade: unknown; readonly widgets: readonly Widget[] };
    };
    readonly provider: { readonly compiledCloudFormationTemplate: Template; readonly stage: string };
  };
}

/**
 * Leaves the stage to `infra/api-stage.yml`: a deployment that names a stage makes one itself, without log and limits.
 * The deployment is a snapshot of the API, so it also waits for the gateway responses; else they are missing from it.
 */
export const declareStage = (template: Template): void => {
  const responses = ofType(template, 'AWS::ApiGateway::GatewayResponse').map(([id]) => id);
  for (const [, deployment] of ofType(template, 'AWS::ApiGateway::Deployment')) {
    delete deployment.Properties['StageName'];
    deployment.DependsOn = [...(deployment.DependsOn ?? []), ...responses];
  }
};

/** Keeps a published version that is replaced too: osls keeps those that leave the template, and runs may be on either. */
export const keepVersions = (template: Template): void => {
  for (const [, version] of ofType(template, 'AWS::Lambda::Version')) version.UpdateReplacePolicy = 'Retain';
};

/** The plugin of osls that does so once its template is complete. */
export default class DeclareStage {
  readonly hooks: Record<string, () => void>;

  constructor(osls: Osls) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = osls.service;
        const { compiledCloudFormationTemplate: template, stage } = provider;
        declareStage(template);
        keepVersions(template);
        alarmFunctions(template);
        declareMail(template);
        dropUnset(template);
        dropTickets(template, custom.alarms, stage);
        declareCauses(template);
        declareUnmade(template, stage);
        dropUnused(template, custom.secretsInAdvance);
        keepSecrets(template, custom.isProtected);
        declareDashboard(template, custom.dashboard.isMade, custom.dashboard.widgets, stage);
        checkNames(template, stage);
      },
      'after:deploy:deploy': () => {
        const { compiledCloudFormationTemplate: template, stage } = osls.service.provider;
        const notice = mailNotice(template, stage);
        if (notice !== null) console.error(notice);
      },
    };
  }
}
