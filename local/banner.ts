import { relative } from 'node:path';
import type { Settings } from './settings.ts';

export interface BannerFacts {
  readonly settings: Settings;
  readonly port: number;
  readonly version: string;
  /** What relative paths are shown from. */
  readonly directory: string;
  /** Models whose end is near, for a person. Default: none. */
  readonly retiring?: string;
  /** Variables of secrets that tools declare and that have no value. Default: none. */
  readonly missingSecrets?: readonly string[];
  /** Whom one has to name, because there is no agent of the default name. Default: nobody. */
  readonly agent?: string | null;
}

const quoted = (text: string): string => (/^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const claudeOf = ({ anthropicApiKey, anthropicBaseUrl }: Settings): string => {
  if (anthropicApiKey !== null) {
    const { origin } = new URL(anthropicBaseUrl ?? 'https://api.anthropic.com');
    return `real, at ${origin}: ANTHROPIC_API_KEY is set, so calls cost real money`;
  }
  const ignored = anthropicBaseUrl === null ? '' : '; ANTHROPIC_BASE_URL is ignored without it';
  return `simulated, and free, because ANTHROPIC_API_KEY is not set${ignored}`;
};

const describe = ({ settings, port, directory, retiring = '', missingSecrets = [], agent = null }: BannerFacts) => {
  const { dataDirectory, dynamoDbEndpoint, devApiKey, devAdminKey } = settings;
  const inside = relative(directory, dataDirectory);
  const url = `http://localhost:${port}`;
  return {
    ready: `Ballast ready on ${url}`,
    console: `${url}/console`,
    claude: claudeOf(settings),
    database: dynamoDbEndpoint === null ? 'embedded DynamoDB' : `DynamoDB at ${new URL(dynamoDbEndpoint).origin}`,
    data: inside.startsWith('..') || inside === '' ? dataDirectory : inside,
    ...(retiring !== '' && { models: retiring }),
    ...(missingSecrets.length > 0 && {
      secrets: `${missingSecrets.join(', ')}: no value, so that its tools fail; set it in .env`,
    }),
    devApiKey,
    devAdminKey,
    try:
      `curl ${url}/agent/run -H ${quoted(`x-api-key: ${devApiKey}`)} -H 'content-type: application/json' ` +
      `-d '{${agent === null ? '' : `"agent": "${agent}", `}"task": "What is 17 * 23?"}'`,
  };
};

/** What a person is greeted with on a terminal; the only place that ever shows the development keys. */
export const terminalBanner = (facts: BannerFacts, bold: (text: string) => string): string => {
  const {
    ready,
    console,
    claude,
    models,
    secrets,
    database,
    data,
    devApiKey,
    devAdminKey,
    try: line,
  } = describe(facts);
  return `
  ${bold(ready)}, console at ${bold(console)}

  Claude    ${claude}${models === undefined ? '' : `\n  Models    ${models}`}${secrets === undefined ? '' : `\n  Secrets   ${secrets}`}
  Database  ${database}
  Data      ${data}
  Keys      ${devApiKey} (tenant demo)
            ${devAdminKey} (tenant admin, every scope)
  Try       ${line}
  Stop      Ctrl-C

`;
};

/** The same as one line of JSON, like every other line where no terminal is. */
export const jsonBanner = (facts: BannerFacts): string => {
  const { ready, ...rest } = describe(facts);
  return `${JSON.stringify({ level: 'INFO', message: ready, service: 'ballast', version: facts.version, ...rest })}\n`;
};
