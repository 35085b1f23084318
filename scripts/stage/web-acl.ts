import type { Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

const visible = (MetricName: string) => ({
  CloudWatchMetricsEnabled: true,
  // Of requests, with their headers: credentials among them.
  SampledRequestsEnabled: false,
  MetricName,
});

const rateRule = (Limit: number, name: string) => ({
  Name: 'rate',
  Priority: 0,
  Statement: { RateBasedStatement: { Limit, AggregateKeyType: 'IP', EvaluationWindowSec: 300 } },
  Action: { Block: {} },
  VisibilityConfig: visible(`${name}-rate`),
});

/** A web ACL before the stage: the operator's, or one that refuses an address which sends too many requests. */
export const declareWebAcl = (template: Template, { webAclArn, wafRequestsPerFiveMinutes }: StageOptions): void => {
  const { Resources } = template;
  const stage = String(Resources['ApiStage']?.Properties['StageName']);
  const name = `ballast-${stage}`;
  if (wafRequestsPerFiveMinutes !== null)
    Resources['WebAcl'] = {
      Type: 'AWS::WAFv2::WebACL',
      Properties: {
        Name: name,
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: visible(name),
        Rules: [rateRule(wafRequestsPerFiveMinutes, name)],
      },
    };
  if (wafRequestsPerFiveMinutes === null && webAclArn === null) return;
  Resources['WebAclAssociation'] = {
    Type: 'AWS::WAFv2::WebACLAssociation',
    DependsOn: ['ApiStage'],
    Properties: {
      WebACLArn: webAclArn ?? { 'Fn::GetAtt': ['WebAcl', 'Arn'] },
      ResourceArn: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}::/restapis/\${ApiGatewayRestApi}/stages/${stage}`,
      },
    },
  };
};
