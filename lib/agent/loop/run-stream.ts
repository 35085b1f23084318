/** Where a run tells its caller what it is doing, as it happens. Text in it is the caller's own and goes to nobody else. */
export interface RunStream {
  /** The first of all: from here on the run is real, and ends with an answer or a failure of its own. */
  runStarted(runId: string): void;
  /** A model call was let through by every limit and budget and goes out; with what the limits tell of themselves. */
  admitted(headers: Readonly<Record<string, string>>): void;
  /** `goesOn`: what this call says goes on from what the one before has said. Default: it takes its place. */
  modelStarted(model: string, goesOn?: boolean): void;
  text(delta: string): void;
  /** A model call is being made again: its text is void. */
  reset(): void;
  /** What the caller should have read by now, whatever was interrupted or is replayed. `goesOn`: the next call says the rest. */
  textIs(text: string, goesOn?: boolean): void;
  /** A message to the run is read by the next model call. */
  messageReceived(messageId: string): void;
  /** `input`: what it is given, for whoever shows it. */
  toolStarted(toolUseId: string, name: string, input?: () => unknown): void;
  /** `output`: what the model is given of it, for whoever shows it. */
  toolFinished(toolUseId: string, name: string, isError: boolean, durationMs: number, output?: () => unknown): void;
}

/** For a caller who waits for the whole answer. */
export const silentStream: RunStream = {
  runStarted() {},
  admitted() {},
  modelStarted() {},
  text() {},
  reset() {},
  textIs() {},
  messageReceived() {},
  toolStarted() {},
  toolFinished() {},
};
