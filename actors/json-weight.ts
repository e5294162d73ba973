import { utf8Bytes } from './peer/wire/utf8.ts';

/** What a value takes once it is parsed, about, besides the text of it. */
const VALUE_BYTES = 64;

const [QUOTE, COMMA, COLON, BACKSLASH, BRACKET, BRACE] = [0x22, 0x2c, 0x3a, 0x5c, 0x5b, 0x7b];

/** Of JSON, what it holds of memory at most, about: its bytes, and so many for each value in it. */
export function jsonWeight(json: string): number {
  let values = 1;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) isText = !isText;
    else if (isText) at += unit === BACKSLASH ? 1 : 0;
    else if (unit === COMMA || unit === COLON || unit === BRACKET || unit === BRACE) values += 1;
  }
  return utf8Bytes(json) + VALUE_BYTES * values;
}
