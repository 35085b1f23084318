import type { Paint } from '../../lib/telemetry/terminal/paint.ts';
import { duration } from '../../lib/telemetry/terminal/run-line.ts';
import type { SupervisorLine } from './supervise.ts';

const sentenceOf = (line: SupervisorLine): string => {
  if (line.kind === 'restarting') return `${line.reason}: restarting.`;
  if (line.kind === 'waiting') return 'Waiting for a change.';
  return `Ballast ready on http://localhost:${line.port}, ${duration(line.tookMs)} after ${line.reason}.`;
};

/** For a person. */
export const terminalLine = (line: SupervisorLine, { bold, dim }: Paint): string =>
  `${line.kind === 'ready' ? bold(sentenceOf(line)) : dim(sentenceOf(line))}\n`;

/** As every other line where no terminal is. */
export const jsonLine = (line: SupervisorLine): string =>
  `${JSON.stringify({ level: 'INFO', message: sentenceOf(line), service: 'ballast' })}\n`;
