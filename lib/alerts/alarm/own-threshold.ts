import type { RunbookEntry } from './runbook-entry.ts';

/** A parameter that is a threshold, and its default as the runbook has it. */
const PARAMETER = /`([a-z][A-Za-z0-9]*Alarm[A-Za-z0-9]*)`(?: \([^)]*\))?/;

const shown = (threshold: number, unit: RunbookEntry['unit']): string => {
  if (unit === 'ms') return `${threshold / 1_000} s`;
  if (unit === 'US dollars') return threshold === 1 ? '1 US dollar' : `${threshold} US dollars`;
  return String(threshold);
};

/** A sentence of the runbook with the threshold that the stage has, in the place of the default. `null`: it is not known. */
export const withThreshold = (means: string, threshold: number | null, unit: RunbookEntry['unit']): string =>
  threshold === null ? means : means.replace(PARAMETER, (_, name: string) => `\`${name}\` (${shown(threshold, unit)})`);
