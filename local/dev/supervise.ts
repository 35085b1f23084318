import type { Clock } from '../../lib/kernel/clock.ts';
import { type Change, describeChanges } from './changes.ts';
import type { FromServer, ToServer } from './messages.ts';

/** A server in a process of its own. */
export interface ServerProcess {
  send(message: ToServer): void;
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once. */
  kill(): void;
}

export interface Listening {
  readonly onMessage: (message: FromServer) => void;
  readonly onExit: (code: number) => void;
}

/** What a person is told of. */
export type SupervisorLine =
  | { readonly kind: 'restarting'; readonly reason: string }
  | { readonly kind: 'ready'; readonly port: number; readonly reason: string; readonly tookMs: number }
  | { readonly kind: 'waiting' };

export interface SuperviseOptions {
  /** Makes a process that loads what no change of an agent concerns, and waits for `start`. */
  readonly prepare: (listening: Listening) => ServerProcess;
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly say: (line: SupervisorLine) => void;
  /** The end of all. */
  readonly end: (code: number) => void;
}

export interface Supervisor {
  onChange(changes: readonly Change[]): void;
  onSignal(signal: NodeJS.Signals): void;
}

interface Restart {
  readonly changes: readonly Change[];
  readonly atMs: number;
}

type State =
  | { readonly kind: 'starting' | 'running'; readonly server: ServerProcess; readonly restart: Restart | null }
  | {
      readonly kind: 'replacing';
      readonly server: ServerProcess;
      readonly restart: Restart;
      /** Calls off its being killed. */
      readonly callOff: () => void;
    }
  /** There is no server, and only a change will bring one. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ending'; readonly server: ServerProcess };

/** What a server that is to make room has for its last writes; then it is killed, which its data survives. */
const MAKE_ROOM_MS = 3_000;

/** Agents and settings are read at `start`: a process that is prepared has no copy of them. */
const isReadAtStart = ({ path }: Change): boolean => path.startsWith('agents/') || path === '.env';

/** Starts a server at once, and another in its place whenever something has changed. */
export const supervise = ({ prepare, clock, say, end }: SuperviseOptions): Supervisor => {
  let state: State = { kind: 'waiting' };
  let spare: ServerProcess | null = null;
  let port: number | null = null;
  let isAtMachine = false;

  const prepared = (): ServerProcess => {
    const made: ServerProcess = prepare({
      onMessage: (message) => hear(made, message),
      onExit: (code) => onExit(made, code),
    });
    return made;
  };
  const dropSpare = () => {
    spare?.kill();
    spare = null;
  };
  const start = (restart: Restart | null) => {
    const server = spare ?? prepared();
    spare = null;
    state = { kind: 'starting', server, restart };
    server.send({ kind: 'start', port, isFirst: restart === null });
  };
  const endWith = (code: number) => {
    dropSpare();
    end(code);
  };

  const hear = (server: ServerProcess, message: FromServer) => {
    if (state.kind !== 'starting' || state.server !== server) return;
    if (message.kind === 'refused') {
      isAtMachine = message.atMachine;
      return;
    }
    const { restart } = state;
    ({ port } = message);
    state = { kind: 'running', server, restart };
    spare ??= prepared();
    if (restart === null) return;
    const tookMs = clock.monotonicMs() - restart.atMs;
    say({ kind: 'ready', port, reason: describeChanges(restart.changes), tookMs });
  };

  const onExit = (server: ServerProcess, code: number) => {
    if (server === spare) {
      spare = null;
      return;
    }
    if (state.kind === 'waiting' || state.server !== server) return;
    if (state.kind === 'replacing') {
      state.callOff();
      return start(state.restart);
    }
    // Nothing that is written into the project would mend it; or it was told to end, and not by us.
    const isForGood = (isAtMachine && port === null) || code === 0 || code >= 128;
    if (state.kind === 'ending' || isForGood) return endWith(code);
    state = { kind: 'waiting' };
    say({ kind: 'waiting' });
  };

  const replace = (server: ServerProcess, restart: Restart, isServing: boolean) => {
    if (isServing) server.send({ kind: 'make-room' });
    const callOff = clock.after(isServing ? MAKE_ROOM_MS : 0, () => server.kill());
    state = { kind: 'replacing', server, restart, callOff };
  };

  start(null);
  return {
    onChange(changes) {
      if (state.kind === 'ending') return;
      if (!changes.every(isReadAtStart)) dropSpare();
      if (state.kind === 'replacing') {
        const { restart } = state;
        state = { ...state, restart: { ...restart, changes: [...restart.changes, ...changes] } };
        return;
      }
      const restart = { changes, atMs: clock.monotonicMs() };
      say({ kind: 'restarting', reason: describeChanges(changes) });
      if (state.kind === 'waiting') start(restart);
      else replace(state.server, restart, state.kind === 'running');
    },
    onSignal(signal) {
      if (state.kind === 'waiting') return endWith(0);
      const { server } = state;
      if (state.kind === 'replacing') state.callOff();
      state = { kind: 'ending', server };
      dropSpare();
      server.signal(signal);
    },
  };
};
