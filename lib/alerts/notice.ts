/** What goes to a topic of Amazon SNS: a subject of printable ASCII (99 characters at most) and a text of 256 KB at most. */
export interface Notice {
  readonly topicArn: string;
  readonly subject: string;
  readonly text: string;
}

/** Publishes once. Rejects as the SDK does; after a lost answer it may have been published. */
export type Publish = (notice: Notice, signal?: AbortSignal) => Promise<void>;
