/** What a guest said. It may have said it itself, in the name of our part of its realm. */
export type Heard =
  | { readonly type: 'printed'; readonly text: string }
  | {
      readonly type: 'hostCall';
      readonly id: number;
      readonly name: string;
      readonly input: string;
    }
  | { readonly type: 'returned'; readonly output: string }
  | { readonly type: 'failed'; readonly fault: 'VM_ERROR' | 'VM_RESULT'; readonly message: string };

const PRINTED_LENGTH_MAX = 65_536;
const MESSAGE_LENGTH_MAX = 1_024;
const NAME_LENGTH_MAX = 256;
const INPUT_BYTES_MAX = 1_048_576;

/** As kinds of frames are numbered, or undefined if it is nothing that a guest says. */
export function heardFrom(kind: number, json: string): Heard | undefined {
  if (kind === 4) return { type: 'returned', output: json };
  const said = parsed(json);
  if (kind === 2)
    return isText(said, PRINTED_LENGTH_MAX) ? { type: 'printed', text: said } : undefined;
  if (typeof said !== 'object' || said === null) return undefined;
  if (kind === 3) return hostCallOf(said);
  return kind === 5 ? failureOf(said) : undefined;
}

function hostCallOf(said: object): Heard | undefined {
  const { id, name, input }: { id?: unknown; name?: unknown; input?: unknown } = said;
  if (!isText(name, NAME_LENGTH_MAX) || !isText(input, INPUT_BYTES_MAX)) return undefined;
  if (Buffer.byteLength(input) > INPUT_BYTES_MAX) return undefined;
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  return { type: 'hostCall', id, name, input };
}

function failureOf(said: object): Heard | undefined {
  const { fault, message }: { fault?: unknown; message?: unknown } = said;
  if (!isText(message, MESSAGE_LENGTH_MAX)) return undefined;
  if (fault !== 'VM_ERROR' && fault !== 'VM_RESULT') return undefined;
  return { type: 'failed', fault, message };
}

const isText = (said: unknown, lengthMax: number): said is string =>
  typeof said === 'string' && said.length <= lengthMax;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
