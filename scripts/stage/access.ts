import type { Template } from '../compiled-template.ts';
import type { StageOptions } from './stage-options.ts';

const EVERYBODY = { Principal: '*', Action: 'execute-api:Invoke' };

const onlyFrom = (addresses: readonly string[], path: string): object[] =>
  addresses.length === 0
    ? []
    : [
        {
          Effect: 'Deny',
          ...EVERYBODY,
          Resource: `execute-api:/*/*/${path}`,
          Condition: { NotIpAddress: { 'aws:SourceIp': addresses } },
        },
      ];

/** Who may call the API at all, and its administration. */
export const declareAccess = (template: Template, { allowedIps, adminIps, resourcePolicy }: StageOptions): void => {
  const api = template.Resources['ApiGatewayRestApi'];
  const statements = [...onlyFrom(allowedIps, '*'), ...onlyFrom(adminIps, 'admin/*'), ...resourcePolicy];
  if (api === undefined || statements.length === 0) return;
  // With a policy, what no statement allows is refused.
  const open = { Effect: 'Allow', ...EVERYBODY, Resource: 'execute-api:/*' };
  api.Properties['Policy'] = { Version: '2012-10-17', Statement: [open, ...statements] };
};
