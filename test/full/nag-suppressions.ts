/** A finding of cdk-nag that stands, and why: the rule, the resources it may be found on, the reason. */
export interface Suppression {
  readonly rule: string;
  readonly on: RegExp;
  readonly reason: string;
}

/** Of a stage with a canary. */
export const CANARY_SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'AwsSolutions-IAM5',
    on: /^CanaryRole$/,
    reason: 'CodeDeploy looks at the alarms that take a canary back, and DescribeAlarms has no narrower resource.',
  },
];

export const SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'W3694',
    on: /^NotifyDashalarmSnsSubscription/,
    reason: 'The rule knows functions only; SNS takes the ARN of an alias, as API Gateway and the Scheduler do.',
  },
  {
    rule: 'AwsSolutions-S1',
    on: /^ServerlessDeploymentBucket$/,
    reason:
      'It holds packages only, is read by CloudFormation alone and closed to the public; CloudTrail tells who wrote.',
  },
  {
    rule: 'AwsSolutions-DDB3',
    on: /^ControlTable$/,
    reason: 'All of it expires and is built anew by itself: an old circuit, claim or rate would do harm if restored.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    on: /^AnthropicSecret$/,
    reason:
      'Anthropic has no API by which a function could rotate keys; a new value is picked up without a deployment.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    on: /^AlertsSecret$/,
    reason: 'Addresses of other services and a key shared with a receiver: only their owners can change them.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    on: /^WebhookSecret$/,
    reason: 'Receivers hold it too: it is changed together with them, two at once for as long as that takes.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    on: /^JwtSecret$/,
    reason:
      'The issuer of the tokens signs with it: only its owner can change it, the next one beside the current one.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    on: /^(ControlRun|ExecuteRun|SweepRuns)Role$/,
    reason:
      'The journal and callbacks of one function, on the ARNs of its executions, which hold the number of a version; test/privilege shows that the functions ask for them.',
  },
  {
    rule: 'AwsSolutions-APIG2',
    on: /^ApiGatewayRestApi$/,
    reason: 'The functions validate: only they can name every field and bound at once, in the shape of the contract.',
  },
  {
    rule: 'AwsSolutions-APIG3',
    on: /^ApiStage$/,
    reason: 'A web ACL costs a fixed sum each month; wafRequestsPerFiveMinutes and webAclArn make one.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    on: /^ApiGatewayMethod/,
    reason: 'The functions authenticate, by hashed keys with tenant and scopes; health and the description are public.',
  },
  {
    rule: 'AwsSolutions-COG4',
    on: /^ApiGatewayMethod/,
    reason: 'Callers are programs with API keys or a JWT of the operator’s own issuer, not users of a Cognito pool.',
  },
  {
    rule: 'AwsSolutions-APIG6',
    on: /^ApiStage$/,
    reason:
      'Execution logs quote requests into a log group outside of the stack; the access log names each gateway error.',
  },
];

/** What cdk-nag asks of a stack of Ballast's beside the service: the account's role for access logs. */
export const ACCOUNT_SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'AwsSolutions-IAM4',
    on: /^ApiGatewayLogRole$/,
    reason: 'The policy that AWS maintains for exactly this role; API Gateway checks the role against it.',
  },
];

export const DEPLOY_SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'AwsSolutions-IAM5',
    on: /^(?:DeployRole|Boundary)$/,
    reason: 'Whoever deploys a stage makes and changes all that bears its name; APIs have none before they are made.',
  },
];

/** What cdk-nag asks of a stage whose functions are in a network, besides. */
export const NETWORK_SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'AwsSolutions-IAM5',
    on: /Role$/,
    reason: 'IAM takes no narrower resource for the network interfaces that Lambda makes in the name of a function.',
  },
];

/** What cdk-nag asks of a stage some of whose functions are on instances, besides. */
export const INSTANCE_SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: 'AwsSolutions-IAM4',
    on: /^CapacityProviderRole$/,
    reason: 'The policy that AWS maintains for exactly this role: what Lambda does to look after instances may change.',
  },
];
