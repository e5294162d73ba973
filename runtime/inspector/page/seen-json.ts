import { escapeSteering } from '../../steering.ts';

const MAY_STEER = /[\p{Cf}\u2028\u2029]|\\u/u;
/** Each escape of JSON as a whole, or a character that steers. */
const PARTS = /\\(?:u[\da-f]{4}|.)|[\p{Cf}\u2028\u2029]/giu;

/**
 * JSON of others, as it can be seen: a character that turns text around, or has no look, stands
 * there as its code, for else a line of the page could say what nobody wrote.
 * @throws {SyntaxError}
 */
export function seenJson(text: string): unknown {
  return JSON.parse(MAY_STEER.test(text) ? text.replaceAll(PARTS, seen) : text);
}

function seen(part: string): string {
  if (!part.startsWith('\\')) return escapeSteering(part).replaceAll('\\', '\\\\');
  if (!/^\\u/i.test(part)) return part;
  const character = String.fromCharCode(Number.parseInt(part.slice(2), 16));
  return escapeSteering(character) === character ? part : `\\${part}`;
}
