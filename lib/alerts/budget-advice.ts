import { PLAIN, SLACK, type Style } from './alarm/text.ts';

/** What of a threshold the advice is about; see `BudgetThreshold`. */
interface About {
  readonly tenantId: string;
  readonly scope?: keyof typeof GROUPED_BY;
  readonly period: string;
  readonly percent: number;
  /** Set where it has refused a call that was larger than what is left. */
  readonly refused?: object | undefined;
}

/** When a day or a month of UTC is over, as ISO 8601. */
const endOf = (period: string): string => {
  const [year = 0, month = 1, day] = period.split('-').map(Number);
  const end = day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1);
  return new Date(end).toISOString().replace('.000Z', 'Z');
};

const GROUPED_BY = { tenant: 'key', key: 'key', user: 'user', stage: 'tenant' } as const;

/** The command that shows who has spent it. */
const lookAt = ({ tenantId, scope = 'tenant' }: About, stage: string): string => {
  const of = scope === 'stage' ? '' : ` --tenant ${tenantId}`;
  const where = stage === 'local' ? '' : ` --stage ${stage}`;
  return `npx ballast usage --admin${of} --group-by ${GROUPED_BY[scope]}${where}`;
};

/** `ticket` where calls are refused: somebody waits for an answer. */
export const severityOf = ({ percent, refused }: Pick<About, 'percent' | 'refused'>) =>
  percent >= 100 || refused !== undefined ? 'ticket' : 'note';

const meansOf = ({ period, percent, refused }: About): string => {
  if (refused !== undefined)
    return `calls that ask for more than is left are refused with 402 until ${endOf(period)}, or until the budget is raised; smaller ones are not.`;
  return percent >= 100
    ? `calls are refused with 402 until ${endOf(period)}, or until the budget is raised.`
    : `nothing is refused yet; the budget ends at ${endOf(period)}.`;
};

const lines = (about: About, stage: string, { strong, typed }: Style): string =>
  [
    `Stage: ${stage}. Severity: ${severityOf(about)}.`,
    `${strong('What it means:')} ${meansOf(about)}`,
    `${strong('What to do:')} raise the budget if it is too small, or ask who spends it; else nothing, for it holds.`,
    `${strong('To look:')} ${typed(lookAt(about, stage))}`,
    'More in docs/alarms.md#thresholds-of-budgets.',
  ].join('\n');

/** What stands below the sentence of a budget, as Slack and a mail have it. Empty where the stage is not known. */
export const budgetAdvice = (
  about: About,
  stage: string | undefined,
): { readonly slack: string; readonly mail: string } =>
  stage === undefined
    ? { slack: '', mail: '' }
    : { slack: `\n${lines(about, stage, SLACK)}`, mail: `\n${lines(about, stage, PLAIN)}` };

/** What programs are told of it. */
export const adviceFields = (about: About, stage: string | undefined) =>
  stage === undefined ? {} : { stage, severity: severityOf(about) };
