import type { z } from 'zod';
import { maskSecrets } from '../masking.ts';

/** Fields that may hold a secret are named in errors without what they hold. */
const SECRET_FIELDS = new Set(['masterKey', 'to', 'token', 'code', 'input', 'sandbox']);
const SHOWN_MAX = 80;

/**
 * Checks what a caller passed and fills in the defaults.
 * @throws {TypeError} for a field that does not exist or has the wrong type.
 * @throws {RangeError} for a value outside its range. Both name field, value and range.
 */
export function readOptions<Schema extends z.ZodType>(
  schema: Schema,
  subject: string,
  given: unknown,
): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new TypeError(`${subject}: invalid`);
  const field = [subject, ...issue.path.map((key) => maskSecrets(String(key)))].join('.');
  if (issue.code === 'unrecognized_keys') {
    throw new TypeError(`${field}.${maskSecrets(String(issue.keys[0]))} is not an option`);
  }
  const Refusal = isWrongType(issue, valueAt(given, issue.path)) ? TypeError : RangeError;
  const isSecret = field.split('.').some((name) => SECRET_FIELDS.has(name));
  throw new Refusal(`${field} ${issue.message}${isSecret ? '' : show(given, issue.path)}`);
}

/** NaN, Infinity and fractions are numbers out of range, whatever the schema library calls them. */
function isWrongType(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return typeof value !== 'object';
  if (issue.code === 'invalid_value') return typeof value !== 'string';
  if (issue.code === 'custom') return issue.params?.isNonsense !== true;
  if (issue.code !== 'invalid_type') return false;
  return typeof value !== 'number' || !['number', 'int'].includes(issue.expected);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = Reflect.get(Object(value), key);
  return value;
}

function show(root: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(root, path);
  const shown = typeof value === 'string' ? JSON.stringify(maskSecrets(value)) : describe(value);
  return `, got ${shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}…` : shown}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
