import type { PostToWitness } from '../options/witnessing.ts';
import { Failure } from './failure.ts';

const ANSWER_BYTES_MAX = 65_536;

/** POSTs to `add-checkpoint` below the address of a witness. */
export function postTo(address: URL): PostToWitness {
  const url = `${address.href.replace(/\/$/, '')}/add-checkpoint`;
  return async (body, { signal }) => {
    const response = await fetch(url, { method: 'POST', body, signal, redirect: 'error' });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX)
        throw new Failure(`it says more than ${ANSWER_BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
    return { status: response.status, body: Buffer.concat(chunks).toString() };
  };
}
