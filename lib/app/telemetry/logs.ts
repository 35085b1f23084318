import { agents } from '#agents';
import type { Config } from '../../config.ts';
import { canonicalLines, type WriteCanonical } from '../../telemetry/context/canonical-line.ts';
import { contextualLog } from '../../telemetry/context/contextual-log.ts';
import type { WorkContexts } from '../../telemetry/context/work-context.ts';
import type { Log, LogLevel } from '../../telemetry/log.ts';
import type { LogsOfEvents } from '../../telemetry/log-events.ts';
import { createPowertoolsLog } from '../../telemetry/powertools-log.ts';
import type { Terminal } from '../../telemetry/terminal/terminal.ts';

export interface Logs {
  readonly stage: Log;
  /** Writes the line of a request. */
  readonly canonical: WriteCanonical;
  readonly ofEvents: LogsOfEvents;
}

interface LogsParts {
  /** Where they go on a developer's machine. */
  readonly terminal: Terminal | undefined;
  /** What lines belong to. */
  readonly contexts: Pick<WorkContexts, 'current'>;
}

const BYTES_IN_MEGABYTE = 1_000_000;

const memory = () => ({ memoryMb: Math.round(process.memoryUsage.rss() / BYTES_IN_MEGABYTE) });

/** Whether the lines of requests and runs are below a level: they are written all the same. */
const isQuiet = (level: LogLevel): boolean => level === 'WARN' || level === 'ERROR';

export const createLogs = ({ LOG_LEVEL, LOG_SHARE }: Config, { terminal, contexts }: LogsParts): Logs => {
  const logAt = (level: LogLevel, shown = level): Log =>
    contextualLog(terminal?.log(level, shown) ?? createPowertoolsLog(level), contexts);
  // Whoever reads a terminal has chosen what to read.
  const canonicalAt = (level: LogLevel, share: number, log = logAt(level)): WriteCanonical =>
    canonicalLines(isQuiet(level) ? logAt('INFO', level) : log, contexts, share, memory);
  const own = agents.flatMap(({ name, logLevel }) => (logLevel === null ? [] : [{ name, logLevel }]));
  const stage = logAt(LOG_LEVEL);
  const canonical = canonicalAt(LOG_LEVEL, LOG_SHARE, stage);
  const canonicalOfAgents = new Map(
    // Of an agent whose lines somebody wants to see none is left out.
    own.map(({ name, logLevel }) => [name, canonicalAt(logLevel, isQuiet(logLevel) ? LOG_SHARE : 1)]),
  );
  const ofEvents = {
    stage,
    ofAgents: new Map(own.map(({ name, logLevel }) => [name, logAt(logLevel)])),
    canonical: (agent: string) => canonicalOfAgents.get(agent) ?? canonical,
  };
  return { stage, canonical, ofEvents };
};
