import { createPaint } from '../../lib/telemetry/terminal/paint.ts';
import { jsonText, printable } from '../../lib/telemetry/terminal/printable.ts';
import { type Answer, answered } from './answer.ts';
import { describeProblem, isProblem, type Problem } from './problem.ts';
import { readEvents } from './read-events.ts';
import { readWords } from './read-words.ts';
import { send, type Server, serverOf } from './server.ts';
import { Misused, Refused, type Shell, type Verb } from './verb.ts';

const USAGE = `Asks an agent of the server that npm run dev has started.

  npx ballast ask "What is 17 * 23?"
  npx ballast ask --agent researcher --stream "Why is the sky blue?"

  --agent <name>     another agent than assistant
  --stream           print the answer while it is made
  --session <id>     go on with this conversation, or begin it
  --json             print the whole answer as JSON
  --url <url>        another server (default: http://localhost:3000, or the PORT of .env)
  --key <key>        another key (default: BALLAST_API_KEY, or the development key)

Without a question it is read from the standard input.
`;

interface Question {
  readonly task: string;
  readonly agent?: string;
  readonly sessionId?: string;
}

const fail = (problem: Problem, shell: Shell): number => {
  shell.err(`${createPaint(shell.colours).red(printable(describeProblem(problem)))}\n`);
  return 1;
};

const bodyOf = async (response: Response, { url }: Server): Promise<unknown> => {
  try {
    return await response.json();
  } catch {
    throw new Refused(`What answers at ${url} is no Ballast, or was stopped (${response.status}): is --url right?`);
  }
};

const askWhole = async (question: Question, server: Server, asJson: boolean, shell: Shell): Promise<number> => {
  const response = await send(server, '/agent/run', { accept: 'application/json', body: question }, shell);
  const body = await bodyOf(response, server);
  if (asJson) {
    shell.out(`${jsonText(body, 2)}\n`);
    return response.ok ? 0 : 1;
  }
  if (isProblem(body)) return fail(body, shell);
  const answer = body as Answer;
  shell.out(`${printable(answer.output)}\n`);
  return answered(answer, shell);
};

const askStreaming = async (question: Question, server: Server, shell: Shell): Promise<number> => {
  const response = await send(server, '/agent/run', { accept: 'text/event-stream', body: question }, shell);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const body = await bodyOf(response, server);
    if (isProblem(body)) return fail(body, shell);
    throw new Refused(`What answers at ${server.url} does not stream: is --url right?`);
  }
  const { dim } = createPaint(shell.colours);
  let isOpen = false;
  const endLine = () => {
    if (isOpen) shell.out('\n');
    isOpen = false;
  };
  for await (const { event, data } of readEvents(response)) {
    if (event === 'text.delta') {
      isOpen = true;
      shell.out(printable(String(data['text'])));
    } else if (event === 'text.reset') {
      endLine();
      shell.err(`${dim('(the model begins anew)')}\n`);
    } else if (event === 'tool.finished') {
      endLine();
      shell.err(`${dim(`(${printable(String(data['name']))}${data['isError'] === true ? ' failed' : ''})`)}\n`);
    } else if (event === 'run.succeeded' || event === 'run.failed') {
      endLine();
      return isProblem(data) ? fail(data, shell) : answered(data as unknown as Answer, shell);
    }
  }
  endLine();
  throw new Refused(`${server.url} was stopped before the answer ended: ask again.`);
};

/** What is asked: the words, or the standard input where there are none. */
const taskOf = async (words: readonly string[], shell: Shell): Promise<string> => {
  const task = words.length > 0 ? words.join(' ') : ((await shell.readInput())?.trim() ?? '');
  if (task === '') throw new Misused('There is no question.');
  return task;
};

/** `npm run ask`: one question to a running server, and its answer. */
export const ask: Verb = {
  usage: USAGE,
  async run(words, shell) {
    const { values, positionals } = readWords(words, {
      agent: { type: 'string' },
      stream: { type: 'boolean', default: false },
      session: { type: 'string' },
      json: { type: 'boolean', default: false },
      url: { type: 'string' },
      key: { type: 'string' },
    });
    if (values.help) {
      shell.out(USAGE);
      return 0;
    }
    if (values.json && values.stream) throw new Misused('--json and --stream exclude each other.');
    const server = serverOf(values, shell);
    const question = {
      task: await taskOf(positionals, shell),
      ...(values.agent === undefined ? {} : { agent: values.agent }),
      ...(values.session === undefined ? {} : { sessionId: values.session }),
    };
    return values.stream ? askStreaming(question, server, shell) : askWhole(question, server, values.json, shell);
  },
};
