interface Headers {
  get(name: string): unknown;
}

const hasGet = (value: unknown): value is Headers =>
  typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;

/**
 * How long the other side asks to be left alone, in milliseconds: `retryAfterMs` of the error, or
 * the Retry-After header of the error itself, its `response` or its `cause`, in seconds or as a
 * date (RFC 9110, section 10.2.3). Undefined if it does not ask.
 */
export function retryAfterMs(error: unknown, wallMs: number): number | undefined {
  try {
    const given =
      fieldOf(error, 'retryAfterMs') ?? fieldOf(fieldOf(error, 'details'), 'retryAfterMs');
    if (typeof given === 'number') return given >= 0 ? given : undefined;
    const carriers = [error, fieldOf(error, 'response'), fieldOf(error, 'cause')];
    const found = carriers.map((carrier) => headerOf(fieldOf(carrier, 'headers')));
    return millisecondsOf(
      found.find((header) => header !== undefined),
      wallMs,
    );
  } catch {
    return undefined;
  }
}

function headerOf(headers: unknown): string | undefined {
  const header = hasGet(headers) ? headers.get('retry-after') : fieldOf(headers, 'retry-after');
  return typeof header === 'string' ? header.trim() : undefined;
}

function millisecondsOf(header: string | undefined, wallMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const untilMs = Date.parse(header);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - wallMs);
}
