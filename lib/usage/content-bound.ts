import { imageTokenBound, MOST_IMAGE_TOKENS } from './image-bound.ts';
import { elementsOf, objectOf, type JsonObject } from './json.ts';

/** What the content of a request can add to its bill beyond, or instead of, the bytes it is written with. */
export interface ContentBound {
  /** Infinite where only the context window bounds it. */
  readonly tokens: number;
  /** Bytes of base64 that are not read as text. */
  readonly mediaBytes: number;
  /** A document that the provider fetches, and a file for a container. */
  readonly remoteDocuments: boolean;
  readonly containerFiles: boolean;
}

const NOTHING: ContentBound = { tokens: 0, mediaBytes: 0, remoteDocuments: false, containerFiles: false };

/**
 * What only the window bounds: the pages of a PDF can't be told from its bytes, and blocks whose text is kept by the
 * provider or repeated by it (encrypted search results, references to tools) say nothing of their length.
 */
const OPAQUE: ContentBound = { ...NOTHING, tokens: Number.POSITIVE_INFINITY };

/** Blocks that are billed for the text they carry, encrypted thinking included. */
const PLAIN = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'search_result']);

/** A block in a tool's result in a message, or in a document in it; nothing deeper is accepted by the API. */
const MOST_LEVELS = 3;

const add = (a: ContentBound, b: ContentBound): ContentBound => ({
  tokens: a.tokens + b.tokens,
  mediaBytes: a.mediaBytes + b.mediaBytes,
  remoteDocuments: a.remoteDocuments || b.remoteDocuments,
  containerFiles: a.containerFiles || b.containerFiles,
});

const ofImage = ({ type, data }: JsonObject): ContentBound =>
  type === 'base64' && typeof data === 'string'
    ? { ...NOTHING, tokens: imageTokenBound(data), mediaBytes: Buffer.byteLength(data) }
    : { ...NOTHING, tokens: MOST_IMAGE_TOKENS };

const ofDocument = (document: JsonObject, level: number): ContentBound => {
  const source = objectOf(document['source']);
  switch (source['type']) {
    case 'text':
      // To be cited, it is cut into numbered sentences, which can be shorter than their numbers.
      return objectOf(document['citations'])['enabled'] === true ? OPAQUE : NOTHING;
    case 'content':
      return contentBoundOf(source['content'], level + 1);
    case 'base64':
      return OPAQUE;
    default:
      return { ...OPAQUE, remoteDocuments: true };
  }
};

const ofBlock = (block: JsonObject, level: number): ContentBound => {
  const { type } = block;
  if (type === 'image') return ofImage(objectOf(block['source']));
  if (type === 'document') return ofDocument(block, level);
  if (type === 'tool_result') return contentBoundOf(block['content'], level + 1);
  if (type === 'container_upload') return { ...OPAQUE, containerFiles: true };
  return typeof type === 'string' && PLAIN.has(type) ? NOTHING : OPAQUE;
};

/** The blocks of a system prompt, a message, a tool's result or a document, added up; a plain string adds nothing. */
export const contentBoundOf = (content: unknown, level = 1): ContentBound => {
  const blocks = elementsOf(content);
  if (blocks.length > 0 && level > MOST_LEVELS) return OPAQUE;
  return blocks.map((block) => ofBlock(objectOf(block), level)).reduce(add, NOTHING);
};
