import { within } from '../../actors/deadline.ts';
import type { Clock } from '../../storage/ports.ts';
import { Failure } from './failure.ts';

const ANSWER_MS = 10_000;

/** Undefined for what is no address of a page. */
export function addressOf(target: string): URL | undefined {
  return /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target) : undefined;
}

/**
 * Asks whether an inspector is at an address, and lets in whoever bears its token.
 * @throws {Failure} saying what is wrong.
 */
export async function checkInspector(clock: Clock, address: URL): Promise<void> {
  const token = new URLSearchParams(address.hash.slice(1)).get('token');
  if (token === null) throw new Failure('the address must end with #token=…, as it was printed');
  const base = new URL(address.pathname.endsWith('/') ? './' : `${address.pathname}/`, address);
  const { status } = await ask(clock, new URL('session', base), token);
  if (status === 204) return;
  if (status === 401) throw new Failure('the inspector there does not know the token');
  if (status === 421) throw new Failure('the inspector there is not to be asked for by that name');
  throw new Failure(`what is there is no inspector: it answers ${status}`);
}

async function ask(clock: Clock, session: URL, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, origin: session.origin };
  const asked = fetch(session, { method: 'POST', headers, redirect: 'manual' });
  try {
    return await within(clock, ANSWER_MS, asked);
  } catch {
    throw new Failure(`nobody answers at ${session.host}`);
  }
}
