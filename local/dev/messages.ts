/** What the server says to whoever started it and restarts it. */
export type FromServer =
  | { readonly kind: 'ready'; readonly port: number }
  /** `atMachine`: no file of the project is at fault, but a port or a directory that something else has. */
  | { readonly kind: 'refused'; readonly atMachine: boolean };

export interface StartMessage {
  readonly kind: 'start';
  /** Instead of any free port: that which its predecessor had. */
  readonly port: number | null;
  /** Whether nobody has seen the banner yet. */
  readonly isFirst: boolean;
}

export type ToServer =
  | StartMessage
  /** A successor is to take its place. */
  | { readonly kind: 'make-room' };

/** What the server is given where a supervisor has started it. */
export const SUPERVISED = '--supervised';
