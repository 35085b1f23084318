import { ofType, type Template } from '../compiled-template.ts';

/** How long a name may be, by the property that has it. Sources: the quotas and API references of each service. */
const MOST: Readonly<Record<string, readonly [property: string, length: number]>> = {
  'AWS::ApiGateway::Stage': ['StageName', 128],
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::CloudWatch::CompositeAlarm': ['AlarmName', 255],
  'AWS::CloudWatch::Dashboard': ['DashboardName', 255],
  'AWS::DynamoDB::Table': ['TableName', 255],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::Logs::LogGroup': ['LogGroupName', 512],
  'AWS::S3::Bucket': ['BucketName', 63],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::SQS::Queue': ['QueueName', 80],
  'AWS::Scheduler::Schedule': ['Name', 64],
  'AWS::SecretsManager::Secret': ['Name', 512],
  'AWS::WAFv2::WebACL': ['Name', 128],
};

export interface BoundName {
  readonly name: string;
  readonly most: number;
}

const namesOf = (template: Template): BoundName[] =>
  Object.entries(MOST).flatMap(([type, [property, most]]) =>
    ofType(template, type).flatMap(([, { Properties }]) => {
      const name = Properties?.[property];
      return typeof name === 'string' ? [{ name, most }] : [];
    }),
  );

const roomOf = ({ name, most }: BoundName): number => most - name.length;

/** By how many characters the name of a stage may grow, and the name that ends first. Negative: it is too long. Each name has the stage once. */
export const roomForStage = (template: Template): BoundName & { readonly room: number } => {
  const [first = { name: '', most: 0 }, ...others] = namesOf(template);
  const least = others.reduce((one, other) => (roomOf(other) < roomOf(one) ? other : one), first);
  return { ...least, room: roomOf(least) };
};

/** What is wrong with the name of a stage ; `null`: nothing. */
export const lengthDefect = (template: Template, stage: string): string | null => {
  const { name, most, room } = roomForStage(template);
  if (room >= 0) return null;
  return (
    `The name of the stage is too long: ${name} has ${name.length} characters and may have ${most}, ` +
    `so a stage has at most ${stage.length + room}.`
  );
};

/** Throws an Error where a name of a resource is too long: AWS would refuse it in the middle of a deployment. */
export const checkNames = (template: Template, stage: string): void => {
  const defect = lengthDefect(template, stage);
  if (defect !== null) throw new Error(defect);
};
