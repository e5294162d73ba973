import { createCipheriv } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';

/** @typedef {import('./dudect.mjs').Target<any>} Target */

/** @param {string} path of the built package */
const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const { sameBytes } = await load('storage/bytes.js');
const { Secret } = await load('storage/secret.js');
const { chaChaPoly } = await load('storage/chacha-poly.js');
const { KeyPages } = await load('storage/key-pages.js');
const { mac } = await load('storage/derivation.js');
const { seal } = await load('storage/seal.js');
const { Access } = await load('runtime/endpoints/access.js');
const { MemoryFiles } = await load('runtime/world/memory-files.js');
const { primitives } = await load('runtime/world/primitives.js');

const NONCE = new Uint8Array(12);
const LONG_NONCE = new Uint8Array(24);
const NOTHING = new Uint8Array();
const PLAIN = new Uint8Array(1_024);
const INTO = new Uint8Array(PLAIN.length + 16);
/** More than fits in any cache. */
const ROWS = 2 ** 20;
const TABLE = new Float64Array(ROWS * 8);

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
function isSameByEye(one, other) {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** @param {Uint8Array} bytes */
const rowOf = ([low = 0, high = 0, highest = 0]) =>
  (low + 2 ** 8 * high + 2 ** 16 * highest) % ROWS;

/** @param {Uint8Array} bytes */
const secretOf = (bytes) => Secret.of(bytes);

const peer = primitives.agreementKey(Secret.of(new Uint8Array(32).fill(7)));

async function keyPages() {
  const random = (/** @type {number} */ length) => new Uint8Array(length);
  const tools = {
    files: new MemoryFiles(),
    key: Secret.of(random(32)),
    storeId: random(16),
    random,
  };
  const pages = await KeyPages.create(tools, '/');
  for (let segment = 1; segment <= 256; segment++) await pages.put(segment, Secret.of(random(32)));
  return pages;
}

const pages = await keyPages();

const KEM_SEED = new Uint8Array(64).fill(9);
const { publicKey: kemPublic } = primitives.kemKey(KEM_SEED);
const { ciphertext } = primitives.encapsulate(kemPublic, new Uint8Array(32));

/**
 * These are known to leak, and must be seen to: else this machine, or the way it is measured, says
 * nothing about the others.
 * @type {Readonly<Record<string, Target>>}
 */
export const controls = {
  'a comparison that stops at the first difference': {
    ...{ samples: 20_000, repeats: 20, bytes: 64 },
    prepare: (bytes, secret) => [bytes, secret],
    work: ([bytes, secret]) => isSameByEye(bytes, secret),
  },
  'AES-256-GCM of @noble/ciphers, by key': {
    ...{ samples: 10_000, bytes: 32 },
    prepare: (key) => key,
    work: (key) => gcm(key, NONCE).encrypt(PLAIN),
  },
  'a table that is read at one row': {
    ...{ samples: 40_000, bytes: 3 },
    prepare: rowOf,
    work: (row) => TABLE[8 * row],
  },
};

/**
 * Each works on a secret, or decides whether somebody knows one.
 * @type {Readonly<Record<string, Target>>}
 */
export const ours = {
  'sameBytes: equal, or not': {
    ...{ samples: 20_000, repeats: 20, bytes: 64 },
    prepare: (bytes, secret) => [bytes, secret],
    work: ([bytes, secret]) => sameBytes(bytes, secret),
  },
  'Secret.equals: equal, or not': {
    ...{ samples: 20_000, repeats: 4, bytes: 32 },
    prepare: (bytes, secret) => [Secret.of(bytes), Secret.of(secret)],
    work: ([one, other]) => one.equals(other),
  },
  'the token of the pages: right, or wrong': {
    ...{ samples: 20_000, repeats: 2, bytes: 32 },
    prepare(bytes, secret) {
      const hash = primitives.sha256(Buffer.from(Buffer.from(secret).toString('hex')));
      const value = `Bearer ${Buffer.from(bytes).toString('hex')}`;
      return [new Access(secret, Secret.of(hash)), { valuesOf: () => [value] }];
    },
    work: ([access, asked]) => access.isBearer(asked),
  },
  'the slot of a key on the key page': {
    ...{ samples: 20_000, bytes: 1 },
    prepare: ([segment = 0]) => segment + 1,
    work: (segment) => pages.keyOf(segment),
  },
  'a frame sealed with ChaCha20-Poly1305, by key': {
    ...{ samples: 20_000, bytes: 32 },
    prepare: (key) => chaChaPoly(key),
    work: (cipher) => cipher.encrypt(NONCE, NOTHING, PLAIN, INTO),
  },
  'a state sealed with XChaCha20-Poly1305, by key': {
    ...{ samples: 20_000, bytes: 32 },
    prepare: secretOf,
    work: (key) => seal(key, LONG_NONCE, NOTHING, PLAIN),
  },
  'a block sealed with AES-256-GCM, by key': {
    ...{ samples: 20_000, bytes: 32 },
    prepare: (key) => key,
    work(key) {
      const cipher = createCipheriv('aes-256-gcm', key, NONCE, { authTagLength: 16 });
      cipher.update(PLAIN);
      cipher.final();
    },
  },
  'HMAC-SHA-256, by key': {
    ...{ samples: 20_000, bytes: 32 },
    prepare: secretOf,
    work: (key) => mac(key, PLAIN),
  },
  'X25519, by private key': {
    ...{ samples: 6_000, bytes: 32 },
    prepare: (bytes) => primitives.agreementKey(secretOf(bytes)),
    work: (key) => key.agree(peer.publicKey),
  },
  'an Ed25519 signature, by private key': {
    ...{ samples: 6_000, bytes: 32 },
    prepare: (bytes) => primitives.identityKey(secretOf(bytes)),
    work: (key) => key.sign(PLAIN),
  },
};

/**
 * What shows there is of no use to whoever measures it: each key is used once. It is not ours.
 * @type {Readonly<Record<string, Target>>}
 */
export const usedOnce = {
  'ML-KEM-768: a ciphertext of the key, or another': {
    ...{ samples: 4_000, bytes: 1 },
    prepare([byte = 0], [secret = 0]) {
      const sent = Uint8Array.from(ciphertext);
      sent[0] = (sent[0] ?? 0) ^ byte ^ secret;
      return [primitives.kemKey(KEM_SEED), sent];
    },
    work: ([key, sent]) => key.decapsulate(sent),
  },
};
