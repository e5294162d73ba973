import type { Answer, Body } from '../../actors/http.ts';
import type { Refused } from './protocol.ts';

/** Nothing but what is ours runs in the page, and no page of others holds it. */
const POLICY = [
  "default-src 'self'",
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "object-src 'none'"],
].join('; ');

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export const empty = (status: number, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { ...HEADERS, ...headers },
  body: '',
});

export const filled = (
  contentType: string,
  body: Body,
  headers: Answer['headers'] = {},
): Answer => ({
  status: 200,
  headers: { ...HEADERS, 'Content-Type': contentType, ...headers },
  body,
});

export const json = (data: unknown): Answer =>
  filled('application/json', JSON.stringify(data) ?? 'null');

const statuses = {
  ASKED_WRONGLY: 400,
  TOKEN_WRONG: 401,
  CONTROL_OFF: 403,
  ORIGIN_FOREIGN: 403,
  NOT_THERE: 404,
  METHOD_WRONG: 405,
  NOT_NOW: 409,
  TARGET_TOO_LONG: 414,
  HOST_UNKNOWN: 421,
  FAILED: 500,
  NOT_BUILT: 503,
} as const;

export type RefusalCode = keyof typeof statuses;

export function refused(
  code: RefusalCode,
  message: string,
  headers: Answer['headers'] = {},
): Answer {
  return { ...json({ code, message } satisfies Refused), ...withStatus(statuses[code], headers) };
}

/** Of what was asked for and failed, in the code of its error. */
export const failed = (code: string, message: string): Answer => ({
  ...json({ code, message } satisfies Refused),
  status: statuses.NOT_NOW,
});

const withStatus = (status: number, headers: Answer['headers']) => ({
  status,
  headers: { ...HEADERS, 'Content-Type': 'application/json', ...headers },
});
