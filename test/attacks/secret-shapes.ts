import fc from '../fast-check.ts';

/** Text that holds a secret, and what may not be found anywhere of it. */
export interface Planted {
  readonly text: string;
  readonly markers: readonly string[];
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALPHANUMERIC = `${LETTERS}0123456789`;

const chars = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.array(fc.constantFrom(...alphabet), { minLength, maxLength }).map((picked) => picked.join(''));

const word = chars(ALPHANUMERIC, 12, 24);
const base64 = (minLength: number, maxLength: number) =>
  fc
    .uint8Array({ minLength, maxLength })
    .filter((bytes) => new Set(bytes).size > bytes.length / 2)
    .map((bytes) => Buffer.from(bytes).toString('base64').replaceAll('=', ''));

const wrapped = (secret: fc.Arbitrary<string>, wrap: (secret: string) => string) =>
  secret.map((marker): Planted => ({ text: wrap(marker), markers: [marker] }));

const named = fc
  .tuple(
    fc.constantFrom('password', 'apiKey', 'client_secret', 'DB_PASSWORD', 'access-token', 'sig'),
    fc.constantFrom<readonly [string, string]>(
      ...([
        ['=', ''],
        [': ', ''],
        ['":"', '"'],
        ["' => '", "'"],
        ['=%20', '&b=1'],
      ] as const),
    ),
    word,
  )
  .map(([name, [before, after], marker]): Planted => {
    return { text: `${name}${before}${marker}${after}`, markers: [marker] };
  });

const inQuery = fc
  .tuple(fc.constantFrom('token', 'key', 'sig', 'password', 'secret', 'X-Amz-Signature'), word)
  .map(([name, marker]): Planted => {
    return { text: `https://api.example.com/v1?a=1&${name}=${marker}&z=2`, markers: [marker] };
  });

const pem = fc.array(base64(48, 48), { minLength: 1, maxLength: 4 }).map((lines): Planted => {
  const text = ['-----BEGIN EC PRIVATE KEY-----', ...lines, '-----END EC PRIVATE KEY-----'];
  return { text: text.join('\n'), markers: lines };
});

const jwt = fc.tuple(base64(12, 40), base64(32, 32)).map(([claims, signature]): Planted => {
  const parts = [claims, signature].map((part) => part.replaceAll('+', '-').replaceAll('/', '_'));
  return { text: `eyJhbGciOiJIUzI1NiJ9.${parts.join('.')}`, markers: parts };
});

/** The last digit makes the others right. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, char, index) => {
    const digit = Number(char) * (index % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const card = fc
  .tuple(fc.constantFrom('4', '51', '55'), chars('0123456789', 14), fc.constantFrom('', ' ', '-'))
  .map(([first, rest, gap]): Planted => {
    const digits = withCheckDigit(`${first}${rest}`.slice(0, 15));
    const text = digits.replaceAll(/(\d{4})(?=\d)/g, `$1${gap}`);
    return { text, markers: [text] };
  });

/** Of every shape that is promised to be masked, with a marker that no other text has. */
export const secret: fc.Arbitrary<Planted> = fc.oneof(
  wrapped(word, (marker) => `Authorization: Bearer ${marker}`),
  wrapped(word, (marker) => `bearer ${marker}`),
  wrapped(
    word.map((text) => Buffer.from(`ann:${text}`).toString('base64')),
    (marker) => `Basic ${marker}`,
  ),
  wrapped(word, (marker) => `Cookie: theme=x; sid=${marker}`),
  wrapped(word, (marker) => `postgres://ann:${marker}@db.example.com:5432/shop`),
  wrapped(word, (marker) => `https://${marker}@git.example.com/x`),
  wrapped(chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16), (marker) => `AKIA${marker}`),
  wrapped(chars(ALPHANUMERIC, 36), (marker) => `ghp_${marker}`),
  wrapped(chars(ALPHANUMERIC, 24), (marker) => `sk_live_${marker}`),
  wrapped(chars('0123456789', 12), (marker) => `xoxb-${marker}-${marker}`),
  wrapped(chars('0123456789abcdef', 32, 128), (marker) => marker),
  wrapped(base64(30, 90), (marker) => marker),
  named,
  inQuery,
  pem,
  jwt,
  card,
);

/** As it stands in the message of an error, say. */
export const sentence: fc.Arbitrary<Planted> = fc
  .tuple(
    secret,
    fc.constantFrom<readonly [string, string]>(
      ...([
        ['', ''],
        ['failed: ', ''],
        ['got "', '" instead'],
        ['(', ')'],
        ['a\nb ', '\nc'],
      ] as const),
    ),
  )
  .map(([{ text, markers }, [before, after]]) => ({ text: `${before}${text}${after}`, markers }));
