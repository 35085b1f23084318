import { format } from 'prettier';
import { RUNBOOK } from '../lib/alerts/alarm/runbook.ts';

const BEGIN = '<!-- looks: npm run alarm-table -->';
const END = '<!-- end of the looks -->';

/** A page with a row for each alarm between its two marks: how soon, and the command that shows what is the matter. */
export const withLooks = async (page: string): Promise<string> => {
  const rows = Object.entries(RUNBOOK).map(
    ([name, { severity, look }]) => `| [${name}](alarms.md#${name}) | ${severity} | \`${look}\` |`,
  );
  const table = ['| alarm | severity | to look |', '| --- | --- | --- |', ...rows].join('\n');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const whole = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
  return format(whole, { parser: 'markdown', printWidth: 120, singleQuote: true });
};
