/** What a run is asked with, in the words of the API. */
export interface Asked {
  readonly task: string;
  readonly agent?: string;
  readonly complexity?: string;
  readonly maxCostUsd?: string;
  readonly onLimit?: 'pause';
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Python's literals of what a body may hold, which are texts alone. */
const python = (asked: Asked): string =>
  `{${Object.entries(asked)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ')}}`;

/** The same call for other places. The key is read from the environment, and stands in none of them. */
export const snippets = (url: string, path: string, asked: Asked): Readonly<Record<string, string>> => ({
  curl: [
    `curl -s ${quoted(`${url}${path}`)}`,
    `-H "x-api-key: $BALLAST_API_KEY" -H 'content-type: application/json'`,
    `-d ${quoted(JSON.stringify(asked))}`,
  ].join(' \\\n  '),
  TypeScript: `const response = await fetch(${JSON.stringify(`${url}${path}`)}, {
  method: 'POST',
  headers: { 'x-api-key': process.env.BALLAST_API_KEY ?? '', 'content-type': 'application/json' },
  body: JSON.stringify(${JSON.stringify(asked, null, 2).replaceAll('\n', '\n  ')}),
});
if (!response.ok) throw new Error(await response.text());
console.log(await response.json());
`,
  Python: `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(`${url}${path}`)},
    data=json.dumps(${python(asked)}).encode(),
    headers={"x-api-key": os.environ["BALLAST_API_KEY"], "content-type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))
`,
});
