import { isCardNumber } from './card-number.ts';

/** What stands where a secret stood. */
export const MASK = '[secret]';
/** Characters of a text that are looked at and kept; it ends with how many were not. */
const LENGTH_MAX = 8_192;
const NAME_LENGTH_MAX = 64;
const USER_INFO_LENGTH_MAX = 512;
/** Random text changes so often between capitals, small letters and digits; paths do not. */
const MIXED_MIN = 0.3;

/**
 * Text without what looks like a secret: credentials in URLs, headers and pairs, tokens, keys, long
 * random runs, card numbers. Takes linear time. What looks like any other word cannot be told.
 */
export function maskSecrets(text: string): string {
  if (isHarmless(text)) return text;
  const kept = shorten(text);
  const masked = maskCards(maskRuns(maskShapes(kept)));
  return kept.length === text.length
    ? masked
    : `${masked} [cut ${text.length - kept.length} chars]`;
}

/** The same for what others address by it, as a path: long random runs may be ids, and stay. */
export function maskName(name: string): string {
  if (isHarmless(name)) return name;
  return maskShapes(shorten(name));
}

/** True for the name of a field, header or parameter whose value is always a secret. */
export function isSecretName(name: string): boolean {
  const plain = name
    .slice(-NAME_LENGTH_MAX)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_WORDS.test(plain);
}

const SECRET_NAMES = new Set(['key', 'sig', 'auth', 'pass', 'pin', 'otp', 'jwt', 'cvv', 'cvc']);
const SECRET_WORDS = new RegExp(
  'password|passwd|passphrase|pwd|secret|token|credential|authorization|cookie|signature|' +
    'sessionid|(?:api|access|account|auth|encryption|master|private|shared|signing)key',
);
/** Their values go on to the end of the line. */
const HEADER = /(?:authorization|cookie)$/i;

const isHarmless = (text: string): boolean => text.length < 16 && !/[\s:=%@]/.test(text);

/** A word that the limit would cut in two is left out: half a secret is not told from others. */
function shorten(text: string): string {
  if (text.length <= LENGTH_MAX) return text;
  let end = LENGTH_MAX;
  while (end > 0 && /[\w+/=.~%-]/.test(text.charAt(end - 1))) end -= 1;
  while (end > 0 && /[\d -]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

// --- shapes that say what they are ----------------------------------------------------------

function maskShapes(text: string): string {
  let masked = text;
  for (const [shape, instead] of SHAPES) masked = masked.replaceAll(shape, instead);
  return maskPairs(maskUrls(maskPem(masked)));
}

/** Each can begin in few places only, and consumes what it looked at: that keeps them linear. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer)(?:\s{1,8}|%20|\+)(?!tokens?\b|auth|\[)[^\s"'`,;]+/gi, `$1 ${MASK}`],
  [/\b([Bb]asic|BASIC)(?:\s{1,8}|%20|\+)(?=[a-z+/]*[A-Z\d=])[\w+/=-]{4,}/g, `$1 ${MASK}`],
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*/g, MASK],
  [/(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}|AIza[\w-]{30,}/g, MASK],
  [/(?:gh[pousr]_|github_pat_|glpat-|npm_|whsec_|hf_|[spr]k_(?:live|test)_)\w[\w-]{9,}/g, MASK],
  [/(?:xox[a-z]|xapp)-[\w-]{8,}|(?<![\w-])(?:sk-|ya29\.|SG\.)[\w.-]{16,}/g, MASK],
];

const PEM_BEGIN = '-----BEGIN ';
const PEM_END = '-----END ';

function maskPem(text: string): string {
  let masked = '';
  let from = 0;
  for (;;) {
    const begin = text.indexOf(PEM_BEGIN, from);
    if (begin === -1) return masked + text.slice(from);
    masked += text.slice(from, begin) + MASK;
    const end = text.indexOf(PEM_END, begin);
    const after = end === -1 ? -1 : text.indexOf('-----', end + PEM_END.length);
    if (after === -1) return masked;
    from = after + 5;
  }
}

/** `scheme://user:password@host` without what stands before the host. */
function maskUrls(text: string): string {
  let masked = '';
  let from = 0;
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', from)) {
    const start = at + 3;
    masked += text.slice(from, start);
    const length = userInfoLength(text.slice(start, start + USER_INFO_LENGTH_MAX));
    if (length > 0) masked += MASK;
    from = start + length;
  }
  return masked + text.slice(from);
}

function userInfoLength(text: string): number {
  const [url = ''] = text.split(/[\s"'`<>]/, 1);
  const [authority = ''] = url.split(/[/?#]/, 1);
  const end = authority.lastIndexOf('@');
  if (end !== -1) return end;
  // A password with a slash in it, rather than a host with a port.
  const isHost = !authority.includes(':') || /:\d*$/.test(authority);
  return isHost ? 0 : Math.max(0, url.lastIndexOf('@'));
}

// --- names with values ----------------------------------------------------------------------

/** `password=…`, `"apiKey": "…"`, `?token=…`, `Cookie: …` without the values. */
function maskPairs(text: string): string {
  let masked = '';
  let from = 0;
  for (const { 0: separator, index } of text.matchAll(/=>|[:=]|%3[AD]/gi)) {
    if (index < from) continue;
    const name = nameBefore(text, index);
    if (!isSecretName(name)) continue;
    const { start, end } = valueAfter(text, index + separator.length, name);
    if (end === start || KEPT.test(text.slice(start, end))) continue;
    masked += text.slice(from, start) + MASK;
    from = end;
  }
  return masked + text.slice(from);
}

const KEPT = /^(?:\[secret\]?|undefined|null|true|false)$/;

function nameBefore(text: string, end: number): string {
  const before = text.slice(Math.max(0, end - NAME_LENGTH_MAX), end);
  return /[\w.-]*$/.exec(before.replace(/[\s\\"'`\])]{0,4}$/, ''))?.[0] ?? '';
}

function valueAfter(text: string, from: number, name: string): { start: number; end: number } {
  const [opening = ''] = /^\s{0,8}\\{0,3}["'`]?/.exec(text.slice(from, from + 12)) ?? [];
  const start = from + opening.length;
  const quote = /["'`]$/.exec(opening)?.[0];
  const isList = /[[{]/.test(text.charAt(start)) && !text.startsWith(MASK, start);
  const isLine = isList || HEADER.test(name);
  let end = start;
  for (; end < text.length; end++) {
    const char = text.charAt(end);
    const isEscaped = text.charAt(end - 1) === '\\' && !opening.includes('\\');
    if (quote !== undefined ? char === quote && !isEscaped : isEndOfValue(char, isLine)) break;
  }
  return { start, end };
}

const isEndOfValue = (char: string, isLine: boolean): boolean =>
  isLine ? /[\r\n]/.test(char) : /[\s&,;"'`<>)}\]]/.test(char);

// --- what is too random for a word ----------------------------------------------------------

const maskRuns = (text: string): string =>
  text
    .replaceAll(/[0-9a-fA-F]{32,}/g, MASK)
    .replaceAll(/[\w+/-]{40,}={0,2}/g, (run) => (isRandom(run) ? MASK : run));

function isRandom(run: string): boolean {
  if (/^[A-Za-z0-9]+=*$/.test(run)) return /\d/.test(run) && /[A-Za-z]/.test(run);
  const kinds = [...run.replaceAll(/[^A-Za-z0-9]/g, '')].map(kindOf);
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return new Set(kinds).size === 3 && changes >= MIXED_MIN * kinds.length;
}

const kindOf = (char: string): number => (/\d/.test(char) ? 0 : char < 'a' ? 1 : 2);

/** Digits in one group, or in groups with a space or a dash between them. */
const maskCards = (text: string): string =>
  text.replaceAll(/\d+(?:[ -]\d+)*/g, (digits) =>
    digits.length < 13 ? digits : maskGroups(digits),
  );

function maskGroups(text: string): string {
  const groups = text.split(/([ -])/);
  for (let first = 0; first < groups.length; first += 2) {
    const last = cardFrom(groups, first);
    if (last !== undefined) groups.splice(first, last - first + 1, MASK);
  }
  return groups.join('');
}

/** Where a card number ends that begins with the group at `first`, if one does. */
function cardFrom(groups: readonly string[], first: number): number | undefined {
  let digits = '';
  for (let last = first; last < groups.length && digits.length < 19; last += 2) {
    digits += groups[last] ?? '';
    if (isCardNumber(digits)) return last;
  }
  return undefined;
}
