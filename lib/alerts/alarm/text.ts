import type { Severity } from './runbook-entry.ts';
import type { Transition } from './transition.ts';

/** A number as people read it, with six digits at most. */
const shown = (value: number): string => String(Number(value.toPrecision(6)));

const withUnit = (value: number, unit: string | null): string => {
  if (unit === null) return shown(value);
  if (unit === 'US dollars') return `$${shown(value)}`;
  return unit === 'ms' && value >= 1_000 ? `${shown(value / 1_000)} s` : `${shown(value)} ${unit}`;
};

const measure = ({ value, threshold, comparison, unit }: Transition): string | null => {
  const parts = [
    ...(value === null ? [] : [`Value: ${withUnit(value, unit)}.`]),
    ...(threshold === null
      ? []
      : [`Threshold: ${comparison === null ? '' : `${comparison} `}${withUnit(threshold, unit)}.`]),
  ];
  return parts.length === 0 ? null : parts.join(' ');
};

/** How a text emphasises, links and takes words that somebody else wrote. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly link: (url: string, text: string) => string;
  readonly quoted: (text: string) => string;
  /** How a command stands in it, to be copied. */
  readonly typed: (text: string) => string;
  readonly signs: Readonly<Record<Severity | 'over', string>>;
}

const NONE = { page: '', ticket: '', note: '', over: '' };

/** As mail has it: nothing is marked up. */
export const PLAIN: Style = {
  strong: (text) => text,
  link: (url, text) => `${text}: ${url}`,
  quoted: (text) => text,
  typed: (text) => text,
  signs: NONE,
};

/** The three characters that Slack reads as its own. */
const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const SLACK: Style = {
  strong: (text) => `*${text}*`,
  link: (url, text) => `<${url}|${text}>`,
  quoted: forSlack,
  typed: (text) => `\`${forSlack(text)}\``,
  signs: {
    page: ':rotating_light: ',
    ticket: ':warning: ',
    note: ':information_source: ',
    over: ':white_check_mark: ',
  },
};

const present = (lines: readonly (string | null)[]): string => lines.filter((line) => line !== null).join('\n');

/** What a transition says to people: what is wrong since when and how much, what it means and what to do, and where to look. */
export const alarmText = (transition: Transition, { strong, link, quoted, typed, signs }: Style): string => {
  const { alarm, state, changedAt, severity, children, means, action, look = null, section, url } = transition;
  if (state !== 'ALARM')
    return present([
      `${signs.over}${strong(quoted(alarm))} is OK again since ${changedAt}.`,
      url === null ? null : link(url, 'The alarm'),
    ]);
  return present([
    `${signs[severity]}${strong(quoted(alarm))} (${severity}) is in ALARM since ${changedAt}.`,
    measure(transition),
    children.length === 0 ? null : `Because of ${children.map(quoted).join(', ')}.`,
    means === null ? null : `${strong('What it means:')} ${quoted(means)}`,
    action === null ? null : `${strong('What to do:')} ${quoted(action)}`,
    look === null ? null : `${strong('To look:')} ${typed(look)}`,
    section === null ? null : `More in docs/alarms.md#${section}.`,
    url === null ? null : link(url, 'The alarm'),
  ]);
};
