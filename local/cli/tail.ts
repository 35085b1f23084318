import { jsonText, printable } from '../../lib/telemetry/terminal/printable.ts';
import { counted } from '../../lib/telemetry/terminal/run-line.ts';
import { type Call, COMMON_USAGE, verbOf } from './parts.ts';
import { readEvents, type SentEvent } from './read-events.ts';
import { Refused, type Shell } from './verb.ts';

const USAGE = `Shows a run while it goes on, from its beginning to its end; a connection that breaks is taken up where it was.

  npx ballast tail <run>
  npx ballast tail <run> --after 12     from the event after this one

It ends with 0 for a run that succeeded or is incomplete, else with 1. --json: one event a line.
${COMMON_USAGE}`;

const ENDS: ReadonlySet<string> = new Set(['run.succeeded', 'run.failed', 'run.cancelled']);

const PAUSE_MS = 1_000;

/** So often it comes back without a new event. */
const MAX_RETURNS = 30;

const pause = ({ clock }: Pick<Shell, 'clock'>): Promise<void> =>
  new Promise((resolve) => void clock.after(PAUSE_MS, resolve));

/** What an event says, in a few words; `null` for text, which speaks for itself. */
const noteOf = ({ event, data }: SentEvent): string | null => {
  if (event === 'text.delta') return null;
  const facts = ['name', 'tool', 'toolUseId', 'reason', 'decision', 'status', 'stopReason', 'code', 'detail', 'model'];
  const said = facts.flatMap((name) => (typeof data[name] === 'string' ? [data[name]] : []));
  const { costUsd } = (data['usage'] ?? {}) as { readonly costUsd?: string };
  return [event, ...said, ...(costUsd === undefined ? [] : [`$${costUsd}`])].join(' ');
};

const createTeller = ({ shell, paint, flag }: Call) => {
  let isOpen = false;
  const close = (): void => {
    if (isOpen) shell.out('\n');
    isOpen = false;
  };
  return {
    close,
    tell(sent: SentEvent): void {
      if (flag('json')) return shell.out(`${jsonText(sent)}\n`);
      const note = noteOf(sent);
      if (note === null) {
        isOpen = true;
        return shell.out(printable(String(sent.data['text'])));
      }
      close();
      const line = printable(note).replaceAll('\n', ' ');
      shell.err(`${paint[sent.event === 'run.failed' ? 'red' : ENDS.has(sent.event) ? 'green' : 'dim'](line)}\n`);
    },
  };
};

/** Reads to the end of the run, over as many connections as that takes; resolves with the name of its last event. */
const follow = async (call: Call, runId: string): Promise<string> => {
  const teller = createTeller(call);
  let after = call.text('after') ?? null;
  for (let returns = 0; returns <= MAX_RETURNS; returns += 1) {
    const headers = after === null ? {} : { 'last-event-id': after };
    const path = `/agent/runs/${encodeURIComponent(runId)}/events`;
    const response = await call.api.open(path, { accept: 'text/event-stream', headers }).catch((error: unknown) => {
      // A server that starts again comes back; one that never was there does not.
      if (after === null || !(error instanceof Refused) || !error.message.startsWith('Nothing answers')) throw error;
      return null;
    });
    for await (const sent of response === null ? [] : readEvents(response)) {
      after = sent.id ?? after;
      returns = 0;
      teller.tell(sent);
      if (ENDS.has(sent.event)) {
        teller.close();
        return sent.event;
      }
    }
    teller.close();
    call.progress.note(`(the connection broke ${counted(returns + 1, 'time')} at ${after ?? 'the beginning'})`);
    await pause(call.shell);
    call.progress.end();
  }
  throw new Refused(`${call.api.server.url} ends the stream before the run: npx ballast tail ${runId} goes on.`);
};

/** `ballast tail`. */
export const tail = verbOf({
  usage: USAGE,
  parts: {
    '': {
      takes: ['run'],
      options: { after: { type: 'string' } },
      run: async (call) => ((await follow(call, call.words[0] ?? '')) === 'run.succeeded' ? 0 : 1),
    },
  },
});
