import { createPrivateKey, type KeyObject } from 'node:crypto';
import { concat } from './bytes.ts';
import type { Secret } from './secret.ts';

/** What DER puts before the 32 bytes of a private key (RFC 8410). */
const prefixes = {
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
};

/** Imports the 32 bytes. That takes ten times as long as to sign. */
export function privateKey(curve: keyof typeof prefixes, secret: Secret): KeyObject {
  const der = secret.use((bytes) => concat(prefixes[curve], bytes));
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  der.fill(0);
  return key;
}
