/** Where each partition of AWS has its console. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

const ALARM_ARN = /^arn:(aws(?:-cn|-us-gov)?):cloudwatch:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:alarm:(.{1,255})$/u;

/** The name in the ARN of an alarm; `null` where it is none. */
export const alarmNameIn = (arn: string): string | null => ALARM_ARN.exec(arn)?.[3] ?? null;

/** The region in the ARN of an alarm; `null` where it is none. */
export const regionIn = (arn: string): string | null => ALARM_ARN.exec(arn)?.[2] ?? null;

/** The page of an alarm in the console of its region; `null` where its ARN is none that is known. */
export const alarmLink = (arn: string): string | null => {
  const [, partition = '', region, name = ''] = ALARM_ARN.exec(arn) ?? [];
  const host = CONSOLES[partition];
  if (host === undefined || !name.isWellFormed()) return null;
  return `https://${region}.${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name)}`;
};
