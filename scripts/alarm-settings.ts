import type { Resource } from './compiled-template.ts';

/**
 * Where an alarm has the parameter that says when it goes off, or that it is not made: how much, how often in a row, how often
 * among the last ones, and of a composite one whether.
 */
export const SETTINGS = ['Threshold', 'EvaluationPeriods', 'DatapointsToAlarm', 'ActionsEnabled'] as const;

const numberOf = (value: unknown): number =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN;

const isTimes = (value: unknown): boolean => numberOf(value) >= 1 && Number.isInteger(numberOf(value));

/** A value that CloudFormation puts in, as of an alarm of your own. */
const isReference = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What cannot be meant by the settings of an alarm; `null`: nothing. */
const mistakeIn = ({ Properties }: Resource): string | null => {
  const given = (name: (typeof SETTINGS)[number]) => {
    const { [name]: value } = Properties;
    return value === undefined || isReference(value) ? [] : [value];
  };
  const [periods] = given('EvaluationPeriods').map(numberOf);
  if (!given('Threshold').map(numberOf).every(Number.isFinite)) return 'its threshold must be a number';
  if (![...given('EvaluationPeriods'), ...given('DatapointsToAlarm')].every(isTimes))
    return 'its count must be a whole number of at least 1';
  if (periods !== undefined && given('DatapointsToAlarm').some((count) => numberOf(count) > periods))
    return `its count must be at most ${periods}`;
  return given('ActionsEnabled').every((is) => is === true || is === 'true')
    ? null
    : 'its parameter must be true or false';
};

/** `osls deploy --param` takes no empty value, so that it is said by a word too. */
const isOff = ({ Properties }: Resource): boolean =>
  SETTINGS.some((name) => Properties[name] === '' || Properties[name] === 'off') ||
  Properties['ActionsEnabled'] === false ||
  Properties['ActionsEnabled'] === 'false';

/** Whether a stage has an alarm, by its settings. Throws an Error that names the alarm where they cannot be meant. */
export const isWanted = (id: string, alarm: Resource): boolean => {
  if (isOff(alarm)) return false;
  const mistake = mistakeIn(alarm);
  if (mistake !== null) throw new Error(`${id}: ${mistake}.`);
  return true;
};
