import { agents } from '#agents';
import type { Config } from '../../config.ts';
import { canonicalLines, type WriteCanonical } from '../../telemetry/context/canonical-line.ts';
import { contextualLog } from '../../telemetry/context/contextual-log.ts';
import type { WorkContexts } from '../../telemetry/context/work-context.ts';
import type { Log, LogLevel } from '../../telemetry/log.ts';
import { createPowertoolsLog } from '../../telemetry/powertools-log.ts';
import type { Terminal } from '../../telemetry/terminal/terminal.ts';

export interface Logs {
  readonly stage: Log;
  /** Of agents that have a level of their own, by name. */
  readonly ofAgents: ReadonlyMap<string, Log>;
  readonly canonical: WriteCanonical;
}

interface LogsParts {
  /** Where they go on a developer's machine. */
  readonly terminal: Terminal | undefined;
  /** What lines belong to. */
  readonly contexts: Pick<WorkContexts, 'current'>;
}

export const createLogs = ({ LOG_LEVEL, LOG_SHARE }: Config, { terminal, contexts }: LogsParts): Logs => {
  const logAt = (level: LogLevel, shown = level): Log =>
    contextualLog(terminal?.log(level, shown) ?? createPowertoolsLog(level), contexts);
  const own = agents.flatMap(({ name, logLevel }) => (logLevel === null ? [] : [{ name, logLevel }]));
  const stage = logAt(LOG_LEVEL);
  // Whoever reads a terminal has chosen what to read.
  const always = LOG_LEVEL === 'WARN' ? logAt('INFO', LOG_LEVEL) : stage;
  return {
    stage,
    ofAgents: new Map(own.map(({ name, logLevel }) => [name, logAt(logLevel)])),
    canonical: canonicalLines(always, contexts, LOG_SHARE),
  };
};
