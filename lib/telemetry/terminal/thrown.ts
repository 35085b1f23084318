import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_CLASSES } from '../../redaction/classes.ts';
import { redact } from '../../redaction/redactor.ts';
import { printable } from './printable.ts';

/** What a tool of the user's own threw. */
export interface ThrownByTool {
  readonly tool: { readonly name: string; readonly timeoutMs: number };
  readonly error: unknown;
  /** Whether it was stopped because it took too long. */
  readonly timedOut: boolean;
  /** Those that the tool was given. */
  readonly secrets: { removeFrom(text: string): string };
}

const MAX_CAUSES = 4;
const MAX_FRAMES = 8;
const MAX_CHARS = 2_000;

const FRAME = /^\s+at (?:(.*) \()?((?:file:\/\/)?\/[^()]+):(\d+):(\d+)\)?$/;

/** Frames in files of the user's, from the working directory; what is Node's or Ballast's own is left out. */
const framesOf = (error: Error, directory: string): string[] => {
  // Its message may have several lines, which could pass for frames.
  const lines = (error.stack ?? '').replace(error.message, '').split('\n');
  return lines.flatMap((line) => {
    const [, name = '', place = '', row, column] = FRAME.exec(line) ?? [];
    if (place === '') return [];
    const file = relative(directory, place.startsWith('file:') ? fileURLToPath(place) : place);
    if (/(?:^|\/)lib\/|^\.\.\//.test(file) && !/(?:^|\/)agents\//.test(file)) return [];
    return [`at ${name === '' ? '' : `${name} `}(${file}:${row}:${column})`];
  });
};

const titleOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `a value of type ${typeof error}`;

/** A failure as its author needs it: message, own frames, causes; without the tool's secrets and what looks like a key. */
export const describeThrown = (thrown: ThrownByTool, directory: string): string[] => {
  const { tool, error, timedOut, secrets } = thrown;
  if (timedOut) return [`${tool.name} was stopped: it took longer than its time of ${tool.timeoutMs} ms (timeoutMs).`];
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < MAX_CAUSES; depth += 1) {
    const title = titleOf(at).slice(0, MAX_CHARS);
    lines.push(...`${depth === 0 ? `${tool.name} threw` : '  caused by'} ${title}`.split('\n'));
    if (at instanceof Error)
      lines.push(
        ...framesOf(at, directory)
          .slice(0, MAX_FRAMES)
          .map((frame) => `    ${frame}`),
      );
    at = at instanceof Error ? at.cause : undefined;
  }
  return redact(printable(secrets.removeFrom(lines.join('\n'))), DEFAULT_CLASSES).split('\n');
};
