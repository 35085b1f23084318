/** Ends the invocation before a step, so that the step gets a fresh one; it was not begun. */
export class NotNow extends Error {
  override readonly name: string = 'NotNow';
  readonly delaySeconds: number;
  /** Whether each further wait for the same is longer. */
  readonly isGrowing: boolean;
  constructor(delaySeconds: number, isGrowing = false) {
    super('not now');
    this.delaySeconds = delaySeconds;
    this.isGrowing = isGrowing;
  }
}
