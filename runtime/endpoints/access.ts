import type { Asked } from '../../actors/http.ts';
import { isLoopback } from '../../actors/peer/address.ts';
import { sameBytes, sha256, text } from '../../storage/bytes.ts';
import { mac } from '../../storage/derivation.ts';
import { Secret } from '../../storage/secret.ts';

/** What is longer is no token of ours, and is not looked at. */
const BEARER_CHARACTERS_MAX = 600;
/** A browser that was led here by a name says that name; whoever means us says one of these. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** Somebody else speaks for whoever asks. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Decides who may see more than the probes. */
export class Access {
  readonly #key: Secret;
  readonly #token: Uint8Array | undefined;

  /** `key` is random, 32 bytes; `token` is the hash of the one that is to be borne. */
  constructor(key: Uint8Array, token: Secret | undefined) {
    this.#key = Secret.of(key);
    this.#token = token?.use((hash) => mac(this.#key, hash));
  }

  /** What is wrong, missing or huge takes the same steps. */
  isBearer(asked: Asked): boolean {
    const [value = '', ...others] = asked.valuesOf('authorization');
    const isShort = value.length <= BEARER_CHARACTERS_MAX && others.length === 0;
    const borne = /^bearer ([^ ]+)$/i.exec(isShort ? value : '')?.[1] ?? '';
    const said = mac(this.#key, sha256(text(borne)));
    return sameBytes(said, this.#token ?? new Uint8Array(said.length));
  }
}

/**
 * Whether somebody on this machine asks our own listener there, and is no page of a browser that
 * was led to it. No header makes it so: each can only speak against it.
 */
export function isFromHere(asked: Asked, listeningAt: string, remoteAddress: string): boolean {
  const isOwnHost = asked.valuesOf('host').every((host) => OWN_HOST.test(host));
  const isOwnSite = asked
    .valuesOf('sec-fetch-site')
    .every((site) => site === 'none' || site === 'same-origin');
  const isOwnVoice = [...FORWARDED, 'origin'].every((name) => asked.valuesOf(name).length === 0);
  const isHere = isLoopback(listeningAt) && isLoopback(remoteAddress);
  return isHere && isOwnHost && isOwnSite && isOwnVoice;
}
