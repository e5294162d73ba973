import type { IncomingMessage } from 'node:http';
import { ANSWER_BYTES, type Asking, PASS_BYTES, type Remote } from '../../actors/network.ts';
import type { Proxies } from './remote.ts';
import { HEADER_LINES_MAX } from './strict-server.ts';

/** actors/peer/wire/SPEC.md, section 1. */
export const PATH = '/holdfast';
export const SUBPROTOCOL = 'holdfast.1';

/** What every refusal before the upgrade reads like. */
export function refusal(challenge?: Uint8Array): string {
  const posed = challenge === undefined ? '' : `Holdfast-Challenge: ${inBase64Url(challenge)}\r\n`;
  return (
    'HTTP/1.1 503 Service Unavailable\r\n' +
    `Connection: close\r\nContent-Length: 0\r\n${posed}\r\n`
  );
}

export const inBase64Url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');

/** Undefined for what is not `length` bytes in the one way to write them. */
export function fromBase64Url(text: string | undefined, length: number): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : undefined;
}

const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** What an upgrade asks for; undefined if it is none of ours. */
export function readUpgrade(
  request: IncomingMessage,
  remote: Remote,
  proxies: Proxies,
): Asking | undefined {
  const { method, url, httpVersion, rawHeaders, headersDistinct } = request;
  /** Of a header that stands twice, nobody knows which one the next program believes. */
  const once = (name: string): string | undefined => {
    const [value, ...others] = headersDistinct[name] ?? [];
    return others.length > 0 ? undefined : value;
  };
  const isOurs =
    method === 'GET' &&
    url === PATH &&
    httpVersion === '1.1' &&
    rawHeaders.length <= 2 * HEADER_LINES_MAX &&
    once('host') !== undefined &&
    once('upgrade')?.toLowerCase() === 'websocket' &&
    once('sec-websocket-version') === '13' &&
    once('sec-websocket-protocol') === SUBPROTOCOL &&
    KEY.test(once('sec-websocket-key') ?? '') &&
    headersDistinct['content-length'] === undefined &&
    headersDistinct['transfer-encoding'] === undefined;
  if (!isOurs) return undefined;
  return {
    remote: proxies.origin(remote, (headersDistinct['x-forwarded-for'] ?? []).join(',')),
    answer: fromBase64Url(once('holdfast-answer'), ANSWER_BYTES),
    pass: fromBase64Url(once('holdfast-pass'), PASS_BYTES),
  };
}
