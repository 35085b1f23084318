/** Keeps the process of a request until some work has ended, after its answer. The work never rejects. */
export type WaitUntil = (work: Promise<void>) => void;
