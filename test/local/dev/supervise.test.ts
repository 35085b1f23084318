import { describe, expect, it } from 'vitest';
import type { FromServer, ToServer } from '../../../local/dev/messages.ts';
import { supervise, type SupervisorLine } from '../../../local/dev/supervise.ts';
import { createFakeClock } from '../../fake-clock.ts';

const AGENT = [{ path: 'agents/a.ts', what: 'changed' }] as const;
const CODE = [{ path: 'lib/x.ts', what: 'changed' }] as const;

const supervised = () => {
  const clock = createFakeClock();
  const lines: SupervisorLine[] = [];
  const codes: number[] = [];
  const servers: {
    readonly got: (ToServer['kind'] | NodeJS.Signals | 'kill')[];
    readonly starts: Extract<ToServer, { kind: 'start' }>[];
    say(message: FromServer): void;
    exit(code: number): void;
  }[] = [];
  const supervisor = supervise({
    clock,
    say: (line) => lines.push(line),
    end: (code) => codes.push(code),
    prepare({ onMessage, onExit }) {
      const got: (ToServer['kind'] | NodeJS.Signals | 'kill')[] = [];
      const starts: Extract<ToServer, { kind: 'start' }>[] = [];
      servers.push({ got, starts, say: onMessage, exit: onExit });
      return {
        send(message) {
          got.push(message.kind);
          if (message.kind === 'start') starts.push(message);
        },
        signal: (signal) => got.push(signal),
        kill: () => got.push('kill'),
      };
    },
  });
  const server = (at: number) => servers[at]!;
  const ready = (at: number) => server(at).say({ kind: 'ready', port: 3000 });
  return { supervisor, clock, lines, codes, servers, server, ready };
};

describe('npm run dev', () => {
  it('starts a server at once, and prepares its successor as soon as it is ready', () => {
    const { servers, server, ready, lines } = supervised();
    expect(server(0).starts).toEqual([{ kind: 'start', port: null, isFirst: true }]);
    expect(servers).toHaveLength(1);
    ready(0);
    expect(servers).toHaveLength(2);
    expect(server(1).got).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('has the successor start, at the same port, when the server has made room, and says why', async () => {
    const { supervisor, server, ready, lines, clock } = supervised();
    ready(0);
    supervisor.onChange(AGENT);
    expect(server(0).got).toEqual(['start', 'make-room']);
    expect(server(1).got).toEqual([]);
    server(0).exit(0);
    expect(server(1).starts).toEqual([{ kind: 'start', port: 3000, isFirst: false }]);
    await clock.advance(600);
    ready(1);
    expect(lines).toEqual([
      { kind: 'restarting', reason: 'agents/a.ts changed' },
      { kind: 'ready', port: 3000, reason: 'agents/a.ts changed', tookMs: 600 },
    ]);
  });

  it('takes a new process where the prepared one has older code', () => {
    const { supervisor, servers, server, ready } = supervised();
    ready(0);
    supervisor.onChange(CODE);
    expect(server(1).got).toEqual(['kill']);
    server(0).exit(0);
    expect(servers).toHaveLength(3);
    expect(server(2).got).toEqual(['start']);
  });

  it('starts once for changes that come while the server makes room', () => {
    const { supervisor, servers, server, ready, lines } = supervised();
    ready(0);
    supervisor.onChange(AGENT);
    supervisor.onChange([{ path: '.env', what: 'added' }]);
    server(0).exit(0);
    ready(1);
    expect(servers).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ kind: 'ready', reason: 'agents/a.ts changed, with 1 other file' });
  });

  it('kills a server that does not make room, or has not come so far', async () => {
    const { supervisor, server, ready, clock } = supervised();
    supervisor.onChange(AGENT);
    await clock.advance(0);
    expect(server(0).got).toEqual(['start', 'kill']);
    server(0).exit(137);
    expect(server(1).got).toEqual(['start']);
    ready(1);
    supervisor.onChange(AGENT);
    await clock.advance(2_999);
    expect(server(1).got).toEqual(['start', 'make-room']);
    await clock.advance(1);
    expect(server(1).got).toEqual(['start', 'make-room', 'kill']);
  });

  it('waits for a change where code cannot be loaded, and then starts', () => {
    const { supervisor, server, ready, lines, codes } = supervised();
    server(0).say({ kind: 'refused', atMachine: false });
    server(0).exit(1);
    expect(lines).toEqual([{ kind: 'waiting' }]);
    supervisor.onChange(AGENT);
    expect(server(1).starts).toEqual([{ kind: 'start', port: null, isFirst: false }]);
    ready(1);
    expect(lines.at(-1)).toMatchObject({ kind: 'ready' });
    expect(codes).toEqual([]);
  });

  it('ends where the machine stands in the way of the first start, and waits where it stands in that of a later one', () => {
    const first = supervised();
    first.server(0).say({ kind: 'refused', atMachine: true });
    first.server(0).exit(1);
    expect(first.codes).toEqual([1]);

    const later = supervised();
    later.ready(0);
    later.supervisor.onChange(AGENT);
    later.server(0).exit(0);
    later.server(1).say({ kind: 'refused', atMachine: true });
    later.server(1).exit(1);
    expect(later.codes).toEqual([]);
    expect(later.lines.at(-1)).toEqual({ kind: 'waiting' });
  });

  it('passes signals on, ends with the code of its server, and leaves no prepared one behind', () => {
    const { supervisor, server, ready, codes } = supervised();
    ready(0);
    supervisor.onSignal('SIGINT');
    supervisor.onChange(AGENT);
    supervisor.onSignal('SIGINT');
    expect(server(0).got).toEqual(['start', 'SIGINT', 'SIGINT']);
    expect(server(1).got).toEqual(['kill']);
    server(1).exit(137);
    expect(codes).toEqual([]);
    server(0).exit(130);
    expect(codes).toEqual([130]);
  });

  it('ends at a signal while it waits, and with a server that ended by itself', () => {
    const waiting = supervised();
    waiting.server(0).exit(1);
    waiting.supervisor.onSignal('SIGINT');
    expect(waiting.codes).toEqual([0]);
    const ended = supervised();
    ended.ready(0);
    ended.server(0).exit(0);
    expect(ended.codes).toEqual([0]);
    expect(ended.server(1).got).toEqual(['kill']);
  });

  it('does without a prepared process that has died', () => {
    const { supervisor, servers, server, ready } = supervised();
    ready(0);
    server(1).exit(1);
    supervisor.onChange(AGENT);
    server(0).exit(0);
    expect(servers).toHaveLength(3);
    expect(server(2).got).toEqual(['start']);
  });
});
