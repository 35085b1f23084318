import type { Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

/** A policy of the newer kind asks for the mode too; `BASIC` also takes what reaches the API by another of its names. */
const tlsOf = (policy: string) => ({
  SecurityPolicy: policy,
  ...(policy.startsWith('SecurityPolicy_') ? { EndpointAccessMode: 'BASIC' } : {}),
});

/** What versions of TLS the API takes, a host name of the operator's, and whether that is the only one. */
export const declareDomain = (template: Template, options: StageOptions): void => {
  const { tlsPolicy, domainName, certificateArn, disableDefaultEndpoint } = options;
  const { Resources } = template;
  const api = Resources['ApiGatewayRestApi'];
  if (api === undefined) throw new Error('The template lacks ApiGatewayRestApi.');
  const tls = tlsPolicy === null ? {} : tlsOf(tlsPolicy);
  Object.assign(api.Properties, tls, disableDefaultEndpoint === true ? { DisableExecuteApiEndpoint: true } : {});
  if (domainName === null) return;
  Resources['ApiDomain'] = {
    Type: 'AWS::ApiGateway::DomainName',
    Properties: {
      DomainName: domainName,
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      ...(tlsPolicy === null ? tlsOf('TLS_1_2') : tls),
    },
  };
  Resources['ApiDomainMapping'] = {
    Type: 'AWS::ApiGateway::BasePathMapping',
    Properties: {
      DomainName: { Ref: 'ApiDomain' },
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      Stage: { Ref: 'ApiStage' },
    },
  };
  template.Outputs = {
    ...template.Outputs,
    DomainTarget: {
      Description: `What the name ${domainName} has to lead to, as a CNAME or an alias`,
      Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
    },
    DomainTargetZone: {
      Description: 'The hosted zone of that target, for an alias of Route 53',
      Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalHostedZoneId'] },
    },
  };
};
