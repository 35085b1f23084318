import type * as z from 'zod/mini';

/** What of a schema's definition leads to the schemas inside it. */
interface Definition {
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly in?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
}

/** The names of the fields that a schema knows of the object at a path; none where it knows no object there. */
export const knownFields = (schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] => {
  const { innerType, options, in: before, shape, element, valueType } = schema._zod.def as Definition;
  const wrapped = innerType ?? before;
  if (wrapped !== undefined) return knownFields(wrapped, path);
  if (options !== undefined) return options.flatMap((option) => knownFields(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return shape === undefined ? [] : Object.keys(shape);
  const inside = shape === undefined ? (element ?? valueType) : shape[String(step)];
  return inside === undefined ? [] : knownFields(inside, rest);
};
