import { z } from 'zod';
import { table } from './section.ts';

/** The part of JSON Schema that options are made of. */
interface OptionSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly items?: OptionSchema;
  readonly const?: unknown;
  readonly anyOf?: readonly OptionSchema[];
  readonly oneOf?: readonly OptionSchema[];
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

/**
 * A row per option, those of nested objects with their path, unless the object as a whole has a
 * description; units are in the names.
 */
export function optionTable(schema: z.ZodType): string {
  const root = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as OptionSchema;
  return table(['option', 'default', 'values', 'meaning'], rowsOf(root, ''));
}

function rowsOf({ properties = {}, required = [] }: OptionSchema, above: string): string[][] {
  return Object.entries(properties).flatMap(([key, option]) => {
    const name = `${above}${key}`;
    if (option.properties && !option.description) return rowsOf(option, `${name}.`);
    const variants = option.oneOf ?? option.anyOf;
    if (variants?.some(({ properties }) => properties?.kind)) {
      return variantRowsOf(name, variants, option.default);
    }
    if (!option.description) throw new TypeError(`option ${name} has no description`);
    const usual = required.includes(key) ? 'required' : show(option.default);
    return [[`\`${name}\``, usual, valuesOf(option), option.description]];
  });
}

/** One of several objects, told apart by their `kind`: the rows of each follow its own. */
function variantRowsOf(
  name: string,
  variants: readonly OptionSchema[],
  usual: unknown,
): string[][] {
  return variants.flatMap(({ properties: { kind, ...properties } = {}, required = [] }) => {
    const head = `${name}.kind`;
    const isUsual = (usual as { kind?: unknown } | undefined)?.kind === kind?.const;
    const meaning = 'with the rows below';
    const shown = kind?.const === undefined ? '' : `\`${kind.const}\``;
    const own = [`\`${head}\``, isUsual ? show(kind?.const) : '', shown, meaning];
    return [own, ...rowsOf({ properties, required }, `${name}.`)];
  });
}

function valuesOf({ type, minimum, maximum, enum: choices, items, pattern }: OptionSchema): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (items) return `list of ${valuesOf(items)}`;
  if (pattern) return `\`${pattern}\``;
  if (minimum === undefined || maximum === undefined) return type ?? 'any';
  return `${show(minimum)} to ${show(maximum)}`;
}

function show(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? value.toLocaleString('en-US') : `\`${JSON.stringify(value)}\``;
}
