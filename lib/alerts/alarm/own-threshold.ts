import type { AlarmDetails } from './details.ts';
import type { RunbookEntry } from './runbook-entry.ts';

/** A parameter that is a threshold, and its default as the runbook has it. */
const PARAMETER = /`([a-z][A-Za-z0-9]*Alarm(?:Threshold|Percent|Usd|Ms))`(?: \([^)]*\))?/;

/** One that counts how often it has to be so. */
const COUNT = /`([a-z][A-Za-z0-9]*AlarmCount)`(?: \(\d+\))?/;

const shown = (threshold: number, unit: RunbookEntry['unit']): string => {
  if (unit === 'ms') return `${threshold / 1_000} s`;
  if (unit === 'US dollars') return threshold === 1 ? '1 US dollar' : `${threshold} US dollars`;
  return String(threshold);
};

/** A sentence of the runbook with the threshold and the count that the stage has, in the place of the defaults. `null`: it is not known. */
export const withThreshold = (
  means: string,
  { threshold, count }: Pick<AlarmDetails, 'threshold' | 'count'>,
  unit: RunbookEntry['unit'],
): string => {
  const counted = count === null ? means : means.replace(COUNT, (_, name: string) => `\`${name}\` (${count})`);
  if (threshold === null) return counted;
  return counted.replace(PARAMETER, (_, name: string) => `\`${name}\` (${shown(threshold, unit)})`);
};
