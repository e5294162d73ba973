import { derive } from './derivation.ts';
import { type SigningKey, signingKey } from './ed25519.ts';
import { Layout } from './layout.ts';
import type { Clock, Files, Kv, RandomBytes } from './ports.ts';
import type { Secret } from './secret.ts';
import { Turns } from './turns.ts';

/** The keys that one log needs, derived from the root key. */
export interface LogKeys {
  readonly keys: Secret;
  readonly head: Secret;
  readonly papers: Secret;
  /** Of its checkpoints. */
  readonly signer: SigningKey;
  /** Wraps the audit keys. */
  readonly archive: Secret;
}

/** Where a log lies, and what opens it. */
export interface Place {
  readonly files: Files;
  readonly kv: Kv;
  readonly layout: Layout;
  readonly storeId: Uint8Array;
  readonly keys: LogKeys;
  /** Whole segments that have ended are read one at a time, however many readers there are. */
  readonly rawReads: Turns;
}

/** What writing takes beside that. */
export interface Workplace extends Place {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** @param root the directory of the log, `dataDir/audit` */
export function placeOf(
  ports: Pick<Place, 'files' | 'kv'>,
  root: string,
  storeId: Uint8Array,
  rootKey: Secret,
): Place {
  const signer = derive(rootKey, storeId, 'signer');
  const place = {
    files: ports.files,
    kv: ports.kv,
    layout: new Layout(root),
    storeId,
    keys: {
      keys: derive(rootKey, storeId, 'keys'),
      head: derive(rootKey, storeId, 'head'),
      papers: derive(rootKey, storeId, 'papers'),
      signer: signingKey(signer),
      archive: derive(rootKey, storeId, 'archive'),
    },
    rawReads: new Turns(),
  };
  signer.wipe();
  return place;
}
