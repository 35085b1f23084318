import { describe, expect, it } from 'vitest';
import { label, safe } from '../../../lib/kernel/redacted.ts';
import type { LogLevel } from '../../../lib/telemetry/log.ts';
import { logEvents } from '../../../lib/telemetry/log-events.ts';
import { createPaint } from '../../../lib/telemetry/terminal/paint.ts';
import { duration, runLine } from '../../../lib/telemetry/terminal/run-line.ts';
import { createTerminal } from '../../../lib/telemetry/terminal/terminal.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { SAMPLES } from '../events.ts';

const runId = label('run_01');
const agent = label('assistant');
const ATTEMPT = {
  ...SAMPLES['model.attempted'],
  runId,
  agent,
  model: label('claude-sonnet-5-5'),
  attemptId: label('run_01:1:1'),
  outcome: label('answered'),
  upstreamStatus: 200,
  upstreamRequestId: null,
  error: null,
  durationMs: 170,
  firstContentMs: 50,
  inputTokens: 13,
  outputTokens: 7,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
  costUsd: label('0.0014'),
} as const;
const TOOL = {
  ...SAMPLES['tool.finished'],
  runId,
  agent,
  tool: label('calculate'),
  error: null,
  durationMs: 2,
} as const;
const FINISHED = {
  ...SAMPLES['run.finished'],
  model: null,
  degraded: null,
  runId,
  agent,
  tenantId: label('demo'),
  status: label('succeeded'),
  reason: label('end_turn'),
  modelCalls: 2,
  toolCalls: 2,
  costUsd: label('0.0019'),
  durationMs: 480,
} as const;

const terminal = ({ isTTY = true, colours = false, stage = 'local' } = {}) => {
  let written = '';
  const out = { isTTY, hasColors: () => colours, write: (text: string) => Boolean((written += text)) };
  const made = createTerminal({ out, clock: createFakeClock(), directory: '/p', stage, format: 'pretty' });
  return {
    made,
    written: () => written,
    listen: (level: LogLevel = 'INFO') => logEvents({ stage: made.log(level) }),
  };
};

describe('the log of a terminal', () => {
  it('has one line a run, with its model and tools, and no other of what went well', () => {
    const { listen, written } = terminal();
    const tell = listen();
    tell(ATTEMPT);
    tell({ ...TOOL, outcome: label('ok') });
    tell({ ...TOOL, outcome: label('ok') });
    tell(FINISHED);
    expect(written()).toMatch(
      /^\d\d:\d\d:\d\d succeeded · assistant · claude-sonnet-5-5 · 2 model calls · 2 tool calls \(calculate\) · 0\.48 s · \$0\.0019 · run_01\n$/,
    );
  });

  it('has the details at DEBUG, and the same line', () => {
    const { listen, written } = terminal();
    const tell = listen('DEBUG');
    for (const event of [ATTEMPT, { ...TOOL, outcome: label('ok') }, FINISHED] as const) tell(event);
    expect(written().split('\n')).toEqual([
      expect.stringMatching(/DEBUG model attempted .*model=claude-sonnet-5-5 .*inputTokens=13/),
      expect.stringMatching(/DEBUG tool finished .*tool=calculate .*outcome=ok/),
      expect.stringMatching(/ succeeded · assistant · /),
      '',
    ]);
  });

  it('shows a run that failed, what went wrong before it, and a call of the gateway', () => {
    const { listen, written } = terminal();
    const tell = listen('WARN');
    tell({ ...ATTEMPT, outcome: label('overloaded') });
    tell({ ...TOOL, outcome: label('error'), error: safe`TypeError` });
    tell({ ...FINISHED, status: label('failed'), reason: label('tool-failed') });
    tell({ ...ATTEMPT, agent: label('gateway') });
    expect(written()).toMatch(
      /WARN {2}model attempted .*\n.*WARN {2}tool finished .*\n.* failed \(tool-failed\) · assistant/,
    );
    expect(written()).not.toContain('gateway');
    const atInfo = terminal();
    atInfo.listen()({ ...ATTEMPT, agent: label('gateway') });
    expect(atInfo.written()).toMatch(
      /answered · gateway · claude-sonnet-5-5 · 13 tokens in, 7 out · 0\.17 s · \$0\.0014/,
    );
  });

  it('knows the tools of a run whose agent has a level of its own', () => {
    const { made, written } = terminal();
    const tell = logEvents({ stage: made.log('INFO'), ofAgents: new Map([['assistant', made.log('ERROR')]]) });
    tell({ ...TOOL, outcome: label('ok') });
    tell({ ...FINISHED, agent: label('other') });
    expect(written()).toContain('2 tool calls (calculate)');
  });

  it('has no colours where they are not wanted, and none where no terminal is', () => {
    for (const given of [{ colours: false }, { isTTY: false, colours: true }]) {
      const { listen, written } = terminal(given);
      for (const event of Object.values(SAMPLES)) listen('DEBUG')(event);
      expect(written()).not.toContain('\u001b');
    }
    const painted = terminal({ colours: true });
    painted.listen()(FINISHED);
    expect(painted.written()).toContain('\u001b[32msucceeded\u001b[0m');
  });
});

it.each([
  [0, '0.00 s'],
  [480, '0.48 s'],
  [9_999, '10.00 s'],
  [59_900, '59.9 s'],
  [59_990, '1 min 0 s'],
  [125_400, '2 min 5 s'],
])('%i ms are shown as %s', (ms, said) => {
  expect(duration(ms)).toBe(said);
});

it('a run that no model answered, and one call of each, read as such', () => {
  const run = { ...FINISHED, model: null, modelCalls: 1, toolCalls: 1, reason: 'fallback', status: 'incomplete' };
  expect(runLine(run, createPaint(false))).toBe(
    'incomplete (fallback) · assistant · 1 model call · 1 tool call · 0.48 s · $0.0019 · run_01',
  );
});

describe('what a tool threw', () => {
  const tool = { name: 'get_order', timeoutMs: 5_000 };
  const secrets = { removeFrom: (text: string) => text.replaceAll('canary-secret', '[SECRET]') };
  const shown = (error: unknown, given: Parameters<typeof terminal>[0] = {}, timedOut = false) => {
    const { made, written } = terminal(given);
    made.onToolError?.({ tool, error, timedOut, secrets });
    return written();
  };
  const thrown = (message: string, ...frames: readonly string[]) => {
    const error = new TypeError(message, { cause: new Error('the shop is closed') });
    error.stack = [`TypeError: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
    return error;
  };

  it('is shown with its message, its own frames and its causes', () => {
    const error = thrown(
      'no order',
      'run (file:///p/agents/tools/get-order.ts:7:11)',
      'attempt (file:///p/lib/agent/tools/run-tool.ts:80:5)',
      'node:internal/process/task_queues:104:5',
    );
    expect(shown(error)).toMatch(
      /^get_order threw TypeError: no order\n {4}at run \(agents\/tools\/get-order\.ts:7:11\)\n {2}caused by Error: the shop is closed\n/,
    );
    expect(shown(error)).not.toMatch(/run-tool|node:internal/);
  });

  it('has no secret of the tool, no key, and nothing that a terminal acts on', () => {
    const key = `sk-ant-api03-${Array.from({ length: 93 }, (_, at) => 'aB3dE7xkQ9Z'[(at * 7 + (at >> 3)) % 11]).join('')}AA`;
    const text = shown(new Error(`canary-secret \u001b[31m ${key}`));
    expect(text).toMatch(/get_order threw Error: \[SECRET\] \ufffd\[31m \[REDACTED_API_KEY/);
  });

  it('is its time where it took too long, and its type where it is no error', () => {
    expect(shown(new Error('x'), {}, true)).toBe(
      'get_order was stopped: it took longer than its time of 5000 ms (timeoutMs).\n',
    );
    expect(shown('a string')).toBe('get_order threw a value of type string\n');
  });

  it('is shown at a terminal of this machine alone', () => {
    expect(shown(new Error('x'), { isTTY: false })).toBe('');
    expect(shown(new Error('x'), { stage: 'dev' })).toBe('');
  });

  it('changes nothing where it cannot be shown', () => {
    const hostile = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no');
      },
    });
    expect(() => shown(hostile)).not.toThrow();
  });
});
