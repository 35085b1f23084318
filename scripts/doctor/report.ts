import type { Paint } from '../../lib/telemetry/terminal/paint.ts';
import { printable } from '../../lib/telemetry/terminal/printable.ts';
import { CHECKS, type Finding, type Verdict } from './finding.ts';

const WIDTH = Math.max(...Object.keys(CHECKS).map((name) => name.length));
const INDENT = ' '.repeat(4 + 2 + WIDTH + 2);

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const satisfies Record<Verdict, keyof Paint>;

/** One line with its verdict, and one for each thing to do. */
export const lineOf = ({ check, verdict, says, todo }: Finding, paint: Paint): string =>
  [
    `${paint[COLOURS[verdict]](verdict.padEnd(4))}  ${check.padEnd(WIDTH)}  ${printable(says).replaceAll(/\s+/g, ' ')}`,
    ...todo.map((each) => `${INDENT}-> ${printable(each)}`),
  ]
    .map((line) => `${line}\n`)
    .join('');

/** The worst of all verdicts. */
export const verdictOf = (findings: readonly Finding[]): Verdict => {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return findings.some(({ verdict }) => verdict === 'warn') ? 'warn' : 'ok';
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** What the whole comes to, in one line. */
export const summaryOf = (findings: readonly Finding[]): string => {
  const failed = findings.filter(({ verdict }) => verdict === 'fail').length;
  const warned = findings.filter(({ verdict }) => verdict === 'warn').length;
  if (failed > 0)
    return `Not ready: ${count(failed, 'check fails', 'checks fail')}, ${count(warned, 'warning', 'warnings')}.\n`;
  return warned > 0 ? `Ready, with ${count(warned, 'warning', 'warnings')}.\n` : 'Ready to be deployed.\n';
};
