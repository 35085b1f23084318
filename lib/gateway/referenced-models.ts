import { type Path, walkRequest, writePath } from '../pricing/bounds/walk-request.ts';

/** A model that a request names, and where (`tools.0.model`). */
export interface NamedModel {
  /** `null`: the provider chooses it. */
  readonly model: string | null;
  readonly path: string;
}

/** The client's own data may have members of any name. */
const OWN_DATA: ReadonlySet<string> = new Set(['input', 'input_schema', 'input_examples', 'schema', 'metadata']);

interface Unknown {
  readonly value: unknown;
  readonly path: Path;
}

/** Models named anywhere in what Ballast does not know. Not recursive: it may be nested deeper than the stack. */
const namedIn = (open: Unknown[]): NamedModel[] => {
  const found: NamedModel[] = [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'model' && typeof inner === 'string') found.push({ model: inner, path: writePath(path) });
      else if (!OWN_DATA.has(name)) open.push({ value: inner, path });
    }
  }
  return found;
};

/** Models that a request names besides its own: those of fallbacks, of tools wherever they are declared, and of what is not known. */
export const referencedModels = (request: unknown): NamedModel[] => {
  const named: NamedModel[] = [];
  const unknown: Unknown[] = [];
  walkRequest(request, {
    kind: () => {},
    beta: () => {},
    model(model, at) {
      if (at?.parent !== null) named.push({ model, path: writePath(at) });
    },
    unknown(value, name, path) {
      if (typeof value === 'object') unknown.push({ value, path });
      else if (name === 'fallbacks') named.push({ model: null, path: name });
    },
  });
  return [...named, ...namedIn(unknown)];
};
