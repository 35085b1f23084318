import type { TenantSettings } from '../../../lib/tenants/types.ts';

type Kind = 'text' | 'number' | 'money' | 'list' | 'json' | 'flag' | readonly string[];

interface Field {
  readonly label: string;
  readonly kind: Kind;
  /** What empty means. */
  readonly empty?: string;
  /** Of a list where none and the default are the same: it is shown as empty. */
  readonly isUnset?: 'empty';
}

/** Each setting of a tenant as a field of a form. */
export const FIELDS: Readonly<Record<keyof TenantSettings, Field>> = {
  name: { label: 'Name', kind: 'text' },
  status: { label: 'Status', kind: ['active', 'suspended'] },
  dailyBudgetUsd: { label: 'Budget of a day, in $', kind: 'money', empty: 'no limit' },
  monthlyBudgetUsd: { label: 'Budget of a month, in $', kind: 'money', empty: 'no limit' },
  userDailyBudgetUsd: { label: 'Budget of a user a day, in $', kind: 'money', empty: 'no limit' },
  sessionBudgetUsd: { label: 'Budget of a session, in $', kind: 'money', empty: 'no limit' },
  budgetShards: { label: 'Shards of the budget', kind: 'number', empty: 'one' },
  requestsPerMinute: { label: 'Requests a minute', kind: 'number', empty: 'no limit' },
  tokensPerMinute: { label: 'Tokens a minute', kind: 'number', empty: 'no limit' },
  userRequestsPerMinute: { label: 'Requests of a user a minute', kind: 'number', empty: 'no limit' },
  maxConcurrentRuns: { label: 'Runs at once', kind: 'number', empty: 'no limit' },
  maxModelCalls: { label: 'Model calls of a run', kind: 'number', empty: 'as the agent says' },
  maxRetries: { label: 'Retries of a model call', kind: 'number', empty: 'as the stage says' },
  cacheTtlSeconds: { label: 'Cached answers last, in seconds', kind: 'number', empty: 'as the agent says' },
  allowedModels: { label: 'Models allowed, with commas', kind: 'list', empty: 'all' },
  allowedAgents: { label: 'Agents allowed, with commas', kind: 'list', empty: 'all' },
  allowedTools: { label: 'Tools allowed, with commas', kind: 'list', empty: 'all' },
  fallbackModels: { label: 'Fallback models, as JSON', kind: 'json', empty: 'those of the agent' },
  webhookUrl: { label: 'URL of the webhook', kind: 'text', empty: 'none' },
  redact: { label: 'Classes that are redacted', kind: 'list', empty: 'the usual classes' },
  shadow: { label: 'Checks that only log, with commas', kind: 'list', empty: 'none', isUnset: 'empty' },
  redactOutput: { label: 'Answers are redacted too', kind: 'flag' },
  allowUnboundedFeatures: { label: 'Features without a known price are allowed', kind: 'flag' },
};

export type Form = Readonly<Record<string, string>>;
export type Setting = keyof TenantSettings;

const textOf = (value: unknown, kind: Kind): string => {
  if (value === null || value === undefined) return '';
  if (kind === 'list')
    return (value as readonly string[]).length === 0 ? '[]' : (value as readonly string[]).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const entries = Object.entries(FIELDS) as readonly [Setting, Field][];

/** The settings as texts, as the fields of the form show them. */
export const formOf = (settings: TenantSettings): Form =>
  Object.fromEntries(
    entries.map(([name, { kind, isUnset }]) => {
      const text = textOf(settings[name], kind);
      return [name, isUnset === 'empty' && text === '[]' ? '' : text];
    }),
  );

const numberOf = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text);

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** What a text means as a setting; empty is `null`, no limit. What is none stays a text, which the API refuses by name. */
const valueOf = (text: string, kind: Kind): unknown => {
  const trimmed = text.trim();
  if (kind === 'flag') return trimmed === 'true';
  if (trimmed === '') return null;
  if (kind === 'number') return numberOf(trimmed);
  if (kind === 'json') return jsonOf(trimmed);
  if (kind === 'list')
    return trimmed === '[]'
      ? []
      : trimmed
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== '');
  return trimmed;
};

/** The settings of the form that differ, and no others: the body of a PATCH. */
export const changed = (before: Form, after: Form): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    entries.flatMap(([name, { kind }]) =>
      before[name] === after[name] ? [] : [[name, valueOf(after[name] ?? '', kind)] as const],
    ),
  );
