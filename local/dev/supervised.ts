import { type FromServer, type StartMessage, SUPERVISED, type ToServer } from './messages.ts';

/** What a server hears from, and says to, whoever restarts it. */
export interface Supervised {
  readonly order: Promise<StartMessage>;
  say(message: FromServer): Promise<void>;
  /** A successor is to take its place; or there is nobody left to start one. */
  onMakeRoom(makeRoom: () => void): void;
}

/** The first start, by nobody who would start it again. */
export const ALONE: Supervised = {
  order: Promise.resolve({ kind: 'start', port: null, isFirst: true }),
  say: () => Promise.resolve(),
  onMakeRoom: () => undefined,
};

export const supervised = (process: NodeJS.Process): Supervised => {
  if (!process.argv.includes(SUPERVISED) || process.send === undefined) return ALONE;
  const order = Promise.withResolvers<StartMessage>();
  let makeRoom = (): void => process.exit(0);
  process.on('message', (message: ToServer) => {
    if (message.kind === 'start') order.resolve(message);
    else makeRoom();
  });
  process.once('disconnect', () => makeRoom());
  return {
    order: order.promise,
    say: (message) => new Promise((resolve) => void process.send?.(message, () => resolve())),
    onMakeRoom: (act) => (makeRoom = act),
  };
};
