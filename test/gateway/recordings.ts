/** A stream as it came over a wire, and what it adds up to. */
export interface Recording {
  readonly title: string;
  /** Each leaves as one chunk; their sum is what a client must read. */
  readonly pieces: readonly (string | Uint8Array)[];
  /** What the message must hold where JSON was asked for. */
  readonly message: Readonly<Record<string, unknown>>;
  /** The text of its content there, where numbers must stand in it as they came. Default: whatever means the same. */
  readonly content?: string;
}

type Json = Readonly<Record<string, unknown>>;

const USAGE = { input_tokens: 100, output_tokens: 1, future_tokens: 7 };
const MESSAGE = {
  id: 'msg_rec',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5-5',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: USAGE,
  future_member: { kept: [true] },
};
const END = { stop_reason: 'end_turn', stop_sequence: null, future_reason: 'ebb' };

const start: Json = { type: 'message_start', message: MESSAGE };
const opened = (block: object, index = 0): Json => ({ type: 'content_block_start', index, content_block: block });
const delta = (change: object, index = 0): Json => ({ type: 'content_block_delta', index, delta: change });
const closed = (index = 0): Json => ({ type: 'content_block_stop', index });
const ended: Json = { type: 'message_delta', delta: END, usage: { output_tokens: 20, late_tokens: 3 } };
const stop: Json = { type: 'message_stop' };
const TEXT = { type: 'text', text: '' };

/** One event, as Anthropic writes it unless told otherwise. */
const wire = (event: Json, { json = JSON.stringify(event), eol = '\n' } = {}): string =>
  [`event: ${String(event['type'])}`, `data: ${json}`, '', ''].join(eol);

const textOf = (text: string): Json[] => [
  ...[start, opened(TEXT), delta({ type: 'text_delta', text })],
  ...[closed(), ended, stop],
];
const whole = (content: unknown): Json => ({
  id: 'msg_rec',
  content,
  stop_reason: 'end_turn',
  future_member: { kept: [true] },
  future_reason: 'ebb',
  usage: { input_tokens: 100, output_tokens: 20, future_tokens: 7, late_tokens: 3 },
});
const said = (text: string): Json => whole([{ type: 'text', text }]);

const plain = textOf('Weight.').map((event) => wire(event));
const spaced = textOf('Weight.').map((event, at) => {
  const json = JSON.stringify(event, null, '\t').replaceAll('\n', ' ');
  return `event:${String(event['type'])}\ndata:${' '.repeat(at)}${json}  \n\n`;
});
const upsideDown = textOf('Weight.').map(
  (event, at) => `\nid: ${at}\ndata: ${JSON.stringify(event)}\nretry: 10\nevent: ${String(event['type'])}\nother\n\n`,
);
const manyLines = textOf('Weight.').map((event) =>
  wire(event, { json: JSON.stringify(event, null, 2).replaceAll('\n', '\ndata: ') }),
);

/** Raw, and escaped in every way that JSON has; a pair of surrogates, and a slash that needs none. */
const UNICODE = 'héllo 🚢 \u2028 "q" a/b';
const ESCAPED = String.raw`{"index":0,"type":"content_block_delta","delta":{"text":"h\u00e9llo \uD83D\uDEA2 \u2028 \u0022q\" a\/b","type":"text_delta"}}`;
const raw = textOf(UNICODE).map((event) => wire(event));
const escaped = textOf(UNICODE).map((event, at) => wire(event, at === 2 ? { json: ESCAPED } : {}));

const numbers = textOf('Weight.').map((event) =>
  wire(event, { json: JSON.stringify(event).replace('"index":0', '"index":0.0').replace(':100,', ':1.0e2,') }),
);

/** A block and a delta that come whole, with numbers that JavaScript would write otherwise. */
const EXACT = '{"id":12345678901234567890,"r":1.0,"e":[1E3,-0]}';
const RESULT = `{"type":"mcp_tool_result","content":[${EXACT}]}`;
const CITATION = '{"at":98765432109876543210}';
const CITED = `{"type":"text","text":"a","citations":[${CITATION}]}`;
const exact = [
  wire(start),
  wire(opened({}), { json: `{"type":"content_block_start","index":0,"content_block":${RESULT}}` }),
  wire(closed()),
  wire(opened({ type: 'text', text: 'a' }, 1)),
  wire(delta({}, 1), {
    json: `{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":${CITATION}}}`,
  }),
  ...[closed(1), ended, stop].map((event) => wire(event)),
];

const HOLOGRAM = { type: 'hologram', voxels: [1, 2], label: 'a', deep: { kept: null } };
const unknownBlocks = [
  ...[start, opened(HOLOGRAM), delta({ type: 'label_delta', label: 'b' }), closed()],
  ...[opened(TEXT, 1), delta({ type: 'text_delta', text: 'Weight.' }, 1), closed(1), ended, stop],
].map((event) => wire(event));

const unknownWhole = whole([
  { ...HOLOGRAM, label: 'ab' },
  { type: 'text', text: 'Weight.' },
]);

const future = wire({ type: 'future_event', at: [1] });
const unknownEvents = [plain[0]!, future, plain[1]!, future, plain[2]!, future, future, ...plain.slice(3)];

const PING = wire({ type: 'ping' });
const COMMENT = ': keep-alive\n\n';
const comments = [COMMENT, plain[0]!, `: a\n: b\n${plain[1]!}`, COMMENT, plain[2]!, COMMENT, ...plain.slice(3)];

const LONG = 'Ballast, '.repeat(120_000);
const long = textOf(LONG).map((event) => wire(event));

const splitAt = (size: number, pieces: readonly string[]): Uint8Array[] => {
  const bytes = Buffer.from(pieces.join(''));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
};

const recording = (title: string, pieces: Recording['pieces'], message: Json): Recording => ({
  title,
  pieces,
  message,
});

export const RECORDINGS: readonly Recording[] = [
  recording('as Anthropic writes it', plain, said('Weight.')),
  recording('odd spacing', spaced, said('Weight.')),
  recording('fields in another order, and others beside them', upsideDown, said('Weight.')),
  recording('data over several lines', manyLines, said('Weight.')),
  recording(
    'lines that end with CR and LF',
    textOf('Weight.').map((event) => wire(event, { eol: '\r\n' })),
    said('Weight.'),
  ),
  recording(
    'lines that end with CR alone',
    textOf('Weight.').map((event) => wire(event, { eol: '\r' })),
    said('Weight.'),
  ),
  recording('a byte order mark', [`\uFEFF${plain[0]!}`, ...plain.slice(1)], said('Weight.')),
  recording('a ping before its start', [PING, ...plain], said('Weight.')),
  recording('comments', comments, said('Weight.')),
  recording('raw Unicode', raw, said(UNICODE)),
  recording('escaped Unicode', escaped, said(UNICODE)),
  recording('numbers in other forms', numbers, said('Weight.')),
  {
    ...recording('long numbers in content that comes whole', exact, whole(JSON.parse(`[${RESULT},${CITED}]`))),
    content: `[${RESULT},${CITED}]`,
  },
  recording('events that nobody knows', unknownEvents, said('Weight.')),
  recording('a block and a delta that nobody knows', unknownBlocks, unknownWhole),
  recording('raw Unicode, one byte at a time', splitAt(1, raw), said(UNICODE)),
  recording('unknown blocks, three bytes at a time', splitAt(3, unknownBlocks), unknownWhole),
  recording('an event of 1 MB', long, said(LONG)),
  recording('an event of 1 MB in chunks of 1,000 bytes', splitAt(1_000, long), said(LONG)),
  recording('all of it in one chunk', [plain.join('')], said('Weight.')),
];

export const bytesOf = ({ pieces }: Recording): Buffer => Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
