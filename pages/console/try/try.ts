import { useRef, useState } from 'preact/hooks';
import { readEvents } from '../../api/events.ts';
import type { AgentView } from '../../api/types.ts';
import { html } from '../../ui/html.ts';
import { Copy, Refused } from '../../ui/parts.ts';
import { useAction, useLoad } from '../../ui/use-load.ts';
import { useSession } from '../context.ts';
import { go } from '../router.ts';
import { Answer } from './answer.ts';
import { chosenAgent, DEFAULT_AGENT, hasDefault } from './chosen-agent.ts';
import { NOTHING, type Progress, seen } from './progress.ts';
import { type Asked, snippets } from './snippets.ts';

/** Directives of the simulated Claude, by what they show. */
const FAULTS: Readonly<Record<string, string>> = {
  'Overloaded twice, then an answer': '[[fault:529 times=2]]',
  'A stream that breaks once': '[[cut:4 times=1]]',
  'The model fails, the fallback answers': '[[fault:500 model=claude-sonnet-5-5]]',
  'A slow answer': '[[over:6000]]',
  'Every model refuses': '[[fault:400]]',
  'The model declines': '[[stop:refusal]]',
};

const EXAMPLE = 'What is 17 * 23, and what time is it in Tokyo?';

interface Fields {
  readonly task: string;
  readonly agent: string;
  readonly complexity: string;
  readonly maxCostUsd: string;
  readonly fault: string;
  /** Whether a limit that has no room is waited for; empty: it ends the run. */
  readonly onLimit: '' | 'pause';
}

/** One that comes a number of times comes as often again in each question: the simulated Claude counts by directive. */
const anew = (fault: string, question: string): string =>
  fault.includes('times=') ? fault.replace(']]', ` id=${question}]]`) : fault;

const askedBy = ({ task, agent, complexity, maxCostUsd, fault, onLimit }: Fields, question: string): Asked => ({
  task: fault === '' ? task : `${task} ${anew(fault, question)}`,
  ...(agent === '' ? {} : { agent }),
  ...(complexity === '' ? {} : { complexity }),
  ...(maxCostUsd === '' ? {} : { maxCostUsd }),
  ...(onLimit === '' ? {} : { onLimit }),
});

const newQuestion = (): string => Date.now().toString(36);

/** Asks an agent. One with a tool that needs approval goes on by itself, and is watched among the runs. */
export const Try = () => {
  const { client, stage, url } = useSession();
  const { data, error: unlisted } = useLoad(
    (signal) => client.json<{ agents: AgentView[] }>('/agents', { signal }),
    [],
  );
  const agents = data?.agents ?? [];
  const [entered, setFields] = useState<Fields>({
    task: EXAMPLE,
    agent: '',
    complexity: '',
    maxCostUsd: '',
    fault: '',
    onLimit: '',
  });
  const [question, setQuestion] = useState(newQuestion);
  const [progress, setProgress] = useState<Progress | null>(null);
  const { busy, error, run } = useAction();
  const leaving = useRef<AbortController | null>(null);
  const set = (name: keyof Fields) => (event: Event) =>
    setFields((before) => ({ ...before, [name]: (event.target as HTMLInputElement).value }));

  const fields = { ...entered, agent: chosenAgent(agents, entered.agent) };
  const agent = agents.find(({ name }) => name === (fields.agent || DEFAULT_AGENT));
  const isAsked = agent?.tools.some(({ requiresApproval }) => requiresApproval) ?? false;
  // Only a run that goes on by itself can wait.
  const isLong = isAsked || fields.onLimit === 'pause';
  const path = isLong ? '/agent/runs' : '/agent/run';
  const asked = askedBy(fields, question);
  const code = snippets(url, path, asked);

  const ask = async () => {
    setQuestion(newQuestion());
    if (isLong) {
      const { runId } = await client.json<{ runId: string }>(path, { method: 'POST', body: asked });
      return go('runs', runId);
    }
    const controller = new AbortController();
    leaving.current = controller;
    let now = NOTHING;
    setProgress(now);
    // What its tools are given and give is told to whoever asks, and not kept.
    const headers = { accept: 'text/event-stream', prefer: 'tool-content' };
    try {
      const response = await client.ask(path, { method: 'POST', body: asked, headers, signal: controller.signal });
      for await (const event of readEvents(response)) setProgress((now = seen(now, event)));
    } catch (met) {
      if (now.runId === null) setProgress(null);
      if (!controller.signal.aborted) throw met;
    }
  };
  const submit = (event?: Event) => {
    event?.preventDefault();
    if (!busy && fields.task.trim() !== '') void run(ask);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };
  return html`<h1>Try</h1>
    <form class="panel" onSubmit=${submit} onKeyDown=${onKeyDown}>
      <label
        >Task
        <textarea
          name="task"
          rows="3"
          maxlength="10000"
          required
          value=${fields.task}
          onInput=${set('task')}
        ></textarea>
      </label>
      <div class="row end">
        <label
          >Agent
          <select name="agent" value=${fields.agent} onChange=${set('agent')}>
            ${hasDefault(agents) && html`<option value="">${DEFAULT_AGENT} (default)</option>`}
            ${agents.filter(({ name }) => name !== DEFAULT_AGENT).map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
          </select>
        </label>
        <label
          >Complexity
          <select value=${fields.complexity} onChange=${set('complexity')}>
            <option value="">standard (default)</option>
            <option>simple</option>
            <option>complex</option>
          </select>
        </label>
        <label
          >At most, in $
          <input
            inputmode="decimal"
            size="8"
            placeholder="no limit"
            value=${fields.maxCostUsd}
            onInput=${set('maxCostUsd')}
          />
        </label>
        <label>Without money
          <select name="onLimit" value=${fields.onLimit} onChange=${set('onLimit')}>
            <option value="">ends (default)</option>
            <option value="pause">waits for it</option>
          </select>
        </label>
        ${
          stage.claude === 'simulated' &&
          html`<label
            >Fault
            <select name="fault" value=${fields.fault} onChange=${set('fault')}>
              <option value="">none</option>
              ${Object.entries(FAULTS).map(([title, directive]) => html`<option key=${title} value=${directive}>${title}</option>`)}
            </select>
          </label>`
        }
        <button class="main" disabled=${busy}>${busy ? 'Running…' : isLong ? 'Submit' : 'Run'}</button>
        ${busy && html`<button type="button" onClick=${() => leaving.current?.abort()}>Stop</button>`}
        <span class="soft small">Ctrl+Enter</span>
      </div>
      ${agent !== undefined && html`<p class="small soft">${agent.description}${isAsked && ' One of its tools waits for a person, so the run goes on by itself: you see it among the runs.'}</p>`}
      ${fields.onLimit === 'pause' && html`<p class="small soft">It goes on by itself, and waits where a limit has no room: you see it among the runs, and resume it there.</p>`}
      <div class="row">
        <span class="small soft">Copy as</span>
        ${Object.entries(code).map(([name, text]) => html`<${Copy} key=${name} label=${name} text=${text} />`)}
      </div>
      <details>
        <summary class="small soft">Show the call</summary>
        <pre tabindex="0" class="wrap">${code['curl']}</pre>
      </details>
    </form>
    <${Refused} error=${error ?? unlisted} />
    ${progress !== null && html`<${Answer} progress=${progress} busy=${busy} />`}`;
};
