import { alarmFunctions } from './alarm-functions.ts';
import { ofType, type Template } from './compiled-template.ts';
import { declareCauses, declareMail, declareUnmade, dropTickets, dropUnset, mailNotice } from './declare-alarms.ts';
import { declareDashboard, type Widget } from './declare-dashboard.ts';
import { declareHealthInterval } from './declare-health-interval.ts';
import { dropUnused } from './optional-secrets.ts';
import { keepSecrets } from './stage/keep-secrets.ts';
import { checkNames } from './stage/name-lengths.ts';
import { declareProject } from './stage/project.ts';
import { commitIn, declareVersion } from './stage/version.ts';

interface Osls {
  /** Where the service is. */
  readonly serviceDir: string;
  readonly service: {
    readonly custom: {
      readonly alarms: unknown;
      readonly healthIntervalMinutes: unknown;
      readonly isProtected: boolean;
      readonly secretsInAdvance: unknown;
      readonly project: string;
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

/** The plugin of osls that does so once its template is complete. */
export default class DeclareStage {
  readonly hooks: Record<string, () => void>;

  constructor(osls: Osls) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = osls.service;
        const { compiledCloudFormationTemplate: template, stage } = provider;
        declareStage(template);
        alarmFunctions(template);
        declareMail(template);
        declareHealthInterval(template, custom.healthIntervalMinutes);
        dropUnset(template);
        dropTickets(template, custom.alarms, stage);
        declareCauses(template);
        declareUnmade(template, stage);
        dropUnused(template, custom.secretsInAdvance);
        keepSecrets(template, custom.isProtected);
        declareDashboard(template, custom.dashboard.isMade, custom.dashboard.widgets, stage);
        declareVersion(template, commitIn(osls.serviceDir));
        declareProject(template, custom.project);
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
