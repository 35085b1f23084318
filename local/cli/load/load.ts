import { isUsd, parseUsd, ZERO } from '../../../lib/kernel/money.ts';
import { createPaint } from '../../../lib/telemetry/terminal/paint.ts';
import { jsonText, printable } from '../../../lib/telemetry/terminal/printable.ts';
import { createProgress } from '../../../lib/telemetry/terminal/progress.ts';
import { describeProblem, isProblem } from '../problem.ts';
import { readWords } from '../read-words.ts';
import { isHere, send, type Server, serverOf } from '../server.ts';
import { stageUrl } from '../stage-url.ts';
import { pairs, table } from '../table.ts';
import { Misused, Refused, type Shell, type Verb } from '../verb.ts';
import { type Call, costIn, type Figures, figuresOf } from './figures.ts';
import { type Bounds, type Ended, sendCalls } from './send-calls.ts';

const USAGE = `Sends many calls to an agent, and says how long they took, what they came to and what they cost.

  npx ballast load
  npx ballast load --agent researcher --calls 500 --at-once 20 "Why is the sky blue?"
  npx ballast load --stage dev --yes --calls 50

  --agent <name>      another agent than assistant
  --calls <number>    how many (default: 100; at most 100000)
  --at-once <number>  how many at a time (default: 10; at most 500)
  --seconds <number>  no call begins later (default: 60; at most 900)
  --max-usd <amount>  no call begins when so much is spent (default: 1.00)
  --json              print the figures as JSON
  --stage <stage>     a stage on AWS, by the AWS command line
  --yes               send to another machine than this one
  --url <url>         another server (default: BALLAST_URL, or http://localhost:3000)
  --key <key>         another key (default: BALLAST_API_KEY, or the development key of the local server)

Each call is a run of its own, without the cache. It ends with 1 where not every run succeeded. A stage calls the real model,
and pays for it.
`;

const TASK = 'Say that you are done.';
const MOST = { calls: 100_000, 'at-once': 500, seconds: 900 } as const;

interface Asked {
  readonly server: Server;
  readonly bounds: Bounds;
  readonly body: object;
  readonly isJson: boolean;
}

const whole = (name: keyof typeof MOST, text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) > MOST[name])
    throw new Misused(`--${name} is a whole number from 1 to ${MOST[name]}.`);
  return Number(text);
};

/** What the words ask for; `null`: how it is called. Throws `Misused` or `Refused`. */
const read = async (words: readonly string[], shell: Shell): Promise<Asked | null> => {
  const text = { type: 'string' } as const;
  const { values, positionals } = readWords(words, {
    agent: text,
    calls: { ...text, default: '100' },
    'at-once': { ...text, default: '10' },
    seconds: { ...text, default: '60' },
    'max-usd': { ...text, default: '1.00' },
    json: { type: 'boolean', default: false },
    stage: text,
    yes: { type: 'boolean', default: false },
    url: text,
    key: text,
  });
  if (values.help) return null;
  if (values.stage !== undefined && values.url !== undefined)
    throw new Misused('--stage and --url exclude each other.');
  if (!isUsd(values['max-usd'])) throw new Misused('--max-usd is an amount of US dollars, as in 0.50.');
  const bounds: Bounds = {
    calls: whole('calls', values.calls),
    atOnce: whole('at-once', values['at-once']),
    forMs: whole('seconds', values.seconds) * 1_000,
    most: parseUsd(values['max-usd']),
  };
  const url = values.stage === undefined ? values.url : await stageUrl(values.stage, undefined, shell);
  const server = serverOf({ url, key: values.key }, shell);
  if (!isHere(server.url) && !values.yes)
    throw new Refused(
      `This sends up to ${bounds.calls} calls to ${server.url}, and spends up to $${values['max-usd']} there: say --yes if you mean it.`,
    );
  const agent = values.agent === undefined ? {} : { agent: values.agent };
  const task = positionals.length === 0 ? TASK : positionals.join(' ');
  return { server, bounds, body: { task, ...agent, cache: 'bypass' }, isJson: values.json };
};

/**
 * One run, from asking to the last byte of its answer. A connection that breaks is an outcome where others were answered.
 * Rejects with `Refused` where nothing answers at all.
 */
const callOnce = async ({ server, body }: Asked, shell: Shell, isServed: boolean): Promise<Call> => {
  const began = shell.clock.monotonicMs();
  const asked = send(server, '/agent/run', { accept: 'application/json', body }, shell);
  const response = await asked.catch((error: unknown) => {
    if (isServed && error instanceof Refused) return null;
    throw error;
  });
  if (response === null) {
    const ms = shell.clock.monotonicMs() - began;
    return { outcome: 'no connection', detail: null, ms, model: null, cost: ZERO, isCostUnknown: true };
  }
  const answer: unknown = await response.json().catch(() => null);
  const ms = shell.clock.monotonicMs() - began;
  const read = (name: string): unknown =>
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
  const cost = costIn(read('usage'));
  if (isProblem(answer))
    return {
      outcome: `${response.status} ${answer.code}`,
      detail: describeProblem(answer),
      ms,
      model: null,
      cost,
      isCostUnknown: false,
    };
  const [status, model] = [read('status'), read('model')];
  const outcome = typeof status === 'string' && response.ok ? status : `${response.status} no answer of Ballast`;
  const isCostUnknown = read('usage') === undefined;
  return { outcome, detail: null, ms, model: typeof model === 'string' ? model : null, cost, isCostUnknown };
};

const ENDS: Readonly<Record<Ended, string>> = {
  calls: 'all calls were made',
  time: 'the time was over (--seconds)',
  cost: 'the money was spent (--max-usd)',
};

const print = (figures: Figures, ended: Ended, atOnce: number, shell: Shell): void => {
  const paint = createPaint(shell.colours);
  const { calls, seconds, perSecond, costUsd, costUsdACall, models, outcomes } = figures;
  const rows = outcomes.map((each) => [each.outcome, each.calls, each.p50, each.p90, each.p99, each.max]);
  const head = ['outcome', 'calls', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'];
  shell.out(table(head, rows, { columns: shell.columns, paint }));
  shell.out('\n');
  for (const { outcome, detail } of outcomes)
    if (detail !== null) shell.err(`${paint.yellow(printable(`${outcome}, the first: ${detail}`))}\n\n`);
  shell.out(
    pairs([
      ['calls', `${calls} in ${seconds} s, ${perSecond} a second, up to ${atOnce} at once`],
      ['cost', costUsdACall === null ? '$0' : `$${costUsd}, $${costUsdACall} a call`],
      [
        'models',
        Object.entries(models)
          .map(([model, count]) => `${model} ${count}`)
          .join(', '),
      ],
      ['ended', ENDS[ended]],
    ]),
  );
};

/** `npm run load`: many calls to a running server, and what they came to. */
export const load: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const asked = await read(words, shell);
    if (asked === null) {
      shell.out(USAGE);
      return 0;
    }
    const { bounds, isJson } = asked;
    const progress = createProgress(shell, isJson);
    const at = (done: number) => progress.at({ done, of: bounds.calls, what: 'calls' });
    try {
      let isServed = false;
      const call = async () => {
        const made = await callOnce(asked, shell, isServed);
        isServed = true;
        return made;
      };
      const { calls, elapsedMs, ended } = await sendCalls(call, bounds, { clock: shell.clock, at });
      progress.end();
      const figures = figuresOf(calls, elapsedMs);
      if (isJson) shell.out(`${printable(jsonText({ ...figures, ended }, 2))}\n`);
      else print(figures, ended, bounds.atOnce, shell);
      return calls.every(({ outcome }) => outcome === 'succeeded') ? 0 : 1;
    } finally {
      progress.end();
    }
  },
};
