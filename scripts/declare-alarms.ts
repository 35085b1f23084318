import { RUNBOOK } from '../lib/alerts/alarm/runbook.ts';
import { isWanted } from './alarm-settings.ts';
import { disallow, type Resource, type Template, variablesOf } from './compiled-template.ts';

const SUBSCRIPTION = 'NoticeSubscription';
const TOPIC_ID = 'NoticeTopic';
const TOPIC = 'NOTICE_TOPIC';
const CAUSES = 'COMPOSITE_ALARMS';
const UNMADE = 'UNMADE_ALARMS';

/** The address that a stage mails its alarms to; `null`: none. */
export const mailOf = ({ Resources }: Template): string | null => {
  const address = Resources[SUBSCRIPTION]?.Properties['Endpoint'];
  return typeof address === 'string' && address !== '' ? address : null;
};

/**
 * Leaves a stage that names no address without a subscription, and its functions without the topic and the right to publish:
 * nobody would get it. Throws an Error where the parameter is no address.
 */
export const declareMail = (template: Template): void => {
  const { Resources } = template;
  const address = mailOf(template);
  if (address === null) {
    delete Resources[SUBSCRIPTION];
    for (const one of Object.values(Resources)) if (TOPIC in variablesOf(one)) variablesOf(one)[TOPIC] = '';
    disallow(template, TOPIC_ID);
  } else if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new Error('alarmEmail is no address of e-mail.');
};

/** What to say after a deployment of a stage that mails nobody; `null`: nothing. */
export const mailNotice = (template: Template, stage: string): string | null =>
  mailOf(template) === null
    ? `alarmEmail is not set: unless the secret ballast/${stage}/alerts names a target, nobody is notified of alarms of ` +
      `${stage}. docs/alarms.md says how.`
    : null;

const ALARM = 'AWS::CloudWatch::Alarm';
const COMPOSITE = 'AWS::CloudWatch::CompositeAlarm';

const expressionsOf = ({ Properties }: Resource): string[] =>
  ((Properties['Metrics'] ?? []) as { readonly Expression?: string }[]).map(({ Expression = '' }) => Expression);

const isMadeOf = ({ Properties, DependsOn = [] }: Resource, id: string, dropped: Resource): boolean =>
  DependsOn.includes(id) || String(Properties['AlarmRule']).includes(`"${String(dropped.Properties['AlarmName'])}"`);

const drop = (Resources: Record<string, Resource>, id: string, alarm: Resource): void => {
  delete Resources[id];
  for (const [other, one] of Object.entries(Resources))
    if (one.Type === COMPOSITE && isMadeOf(one, id, alarm)) delete Resources[other];
};

/**
 * Leaves a stage whose parameter `alarms` is `page` with the alarms for which somebody gets up, and with no composite one that
 * is made of another. Throws an Error where it is neither that nor `all`.
 */
export const dropTickets = ({ Resources }: Template, alarms: unknown, stage: string): void => {
  if (alarms === 'all') return;
  if (alarms !== 'page') throw new Error('The parameter alarms must be page or all.');
  for (const [id, alarm] of Object.entries(Resources)) {
    if (alarm.Type !== ALARM) continue;
    const name = String(alarm.Properties['AlarmName']).replace(`ballast-${stage}-`, '').replace(/-\d$/, '');
    if (RUNBOOK[name] !== undefined && RUNBOOK[name].severity !== 'page') drop(Resources, id, alarm);
  }
};

/**
 * Leaves out the alarms whose parameter is empty or `off`, and the composite ones that are made of these. Throws an Error where a
 * parameter cannot be meant, and where an alarm by a rate is left without its least number of calls.
 */
export const dropUnset = ({ Resources }: Template): void => {
  for (const [id, alarm] of Object.entries(Resources)) {
    if (alarm.Type !== ALARM && alarm.Type !== COMPOSITE) continue;
    if (!isWanted(id, alarm)) {
      drop(Resources, id, alarm);
    } else if (expressionsOf(alarm).some((expression) => /[<>=]\s*,/.test(expression)))
      throw new Error(`${id} needs a least number of calls or runs: its parameter …MinCalls or …MinRuns is empty.`);
  }
};

/** Tells the functions of a stage where none of its alarms is a composite one: nobody has to wait for it. */
export const declareCauses = ({ Resources }: Template): void => {
  const all = Object.values(Resources);
  if (all.some(({ Type }) => Type === COMPOSITE)) return;
  for (const one of all) if (CAUSES in variablesOf(one)) variablesOf(one)[CAUSES] = 'false';
};

/** Tells the functions of a stage which alarms of the runbook it does not make, so that they list none that cannot go off. */
export const declareUnmade = ({ Resources }: Template, stage: string): void => {
  const all = Object.values(Resources);
  const alarms = all.filter(({ Type }) => Type === ALARM || Type === COMPOSITE);
  const made = new Set(alarms.map(({ Properties }) => Properties['AlarmName']));
  const unmade = Object.keys(RUNBOOK).filter((name) => !made.has(`ballast-${stage}-${name}`));
  for (const one of all) if (UNMADE in variablesOf(one)) variablesOf(one)[UNMADE] = unmade.join(',');
};
