import { describe, expect, it } from 'vitest';
import { PeerWitness } from '../../runtime/peer-witness.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryLog } from '../../runtime/sim/log.ts';
import { LogWitness } from '../../runtime/witness.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { signingKey } from '../../storage/ed25519.ts';
import { formatNoteKey, noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { noteKeyOf } from '../../storage/proofs/note-signature.ts';
import { secretOf } from '../storage/store.fixture.ts';
import {
  checkpointAt,
  cosignerKey,
  log,
  requestFor,
  witnessOver,
} from '../storage/witness.fixture.ts';

/** The key of a log, which has that name; several of one name are of one log. */
const logOf = (name: string, seed = 11) => ({ name, key: signingKey(secretOf(seed)) });
type SomeLog = ReturnType<typeof logOf>;

/** A witness whose operator believes `log`, and what it says to peers. */
function begin(files = new MemoryFiles()) {
  const clock = new VirtualClock();
  const logs = witnessOver(files);
  const witness = new LogWitness(logs, { clock, log: new MemoryLog() });
  const served = new PeerWitness({ clock, logs, witness });
  /** What the peer hears that shows the log as it is at `size`; a fork `from` another leaf on. */
  const show = async (id: string, by: SomeLog, oldSize: number, size: number, from = 0) => {
    const note = checkpointAt(size, { by, origin: by.name, from });
    const verifierKey = noteKeyOf(by, noteKeyTypes.signature);
    const request = Buffer.from(requestFor(oldSize, size, note)).toString();
    const answer = await served.answer(id, { verifierKey, request });
    expect(answer.verifierKey).toBe(formatNoteKey(cosignerKey));
    return answer.status === 200 ? '200' : `${answer.status} ${answer.body.trimEnd()}`;
  };
  return { clock, logs, show };
}

const mistrusted = '403 the note is not to be trusted: no known key has signed it';

describe('a witness among peers', () => {
  it('believes a log under the key that it was shown with first', async () => {
    const { show } = begin();
    const shop = logOf('shop');
    expect(await show('anna', shop, 0, 5)).toBe('200');
    expect(await show('anna', shop, 5, 9)).toBe('200');
    expect(await show('anna', shop, 0, 7)).toBe('409 9');
    expect(await show('anna', shop, 9, 9, 100)).toBe('409 9');
    // Whoever shows it: it is signed.
    expect(await show('otto', shop, 9, 12)).toBe('200');
  });

  it('lets nobody sign for the log of another peer', async () => {
    const { show } = begin();
    expect(await show('anna', logOf('shop'), 0, 5)).toBe('200');
    expect(await show('otto', logOf('shop', 12), 5, 9)).toBe(mistrusted);
    expect(await show('anna', logOf('shop'), 5, 9)).toBe('200');
  });

  it('lets no peer sign for a log that its operator believes', async () => {
    const { show } = begin();
    expect(await show('anna', log, 0, 5)).toBe('200');
    expect(await show('anna', logOf(log.name, 12), 5, 9)).toBe(mistrusted);
  });

  it('believes the next key of the same peer instead of the last, if the log goes on', async () => {
    const { show } = begin();
    const [first, next] = [logOf('shop'), logOf('shop', 12)];
    await show('anna', first, 0, 5);
    expect(await show('anna', next, 5, 9, 100)).toMatch(/^422 /);
    expect(await show('anna', first, 5, 7)).toBe('200');
    expect(await show('anna', next, 7, 9)).toBe('200');
    expect(await show('anna', next, 9, 12)).toBe('200');
    expect(await show('otto', first, 12, 15)).toMatch(/^403 .* is retired$/);
  });

  it('believes one of several next keys that are shown at once', async () => {
    const { show } = begin();
    await show('anna', logOf('shop'), 0, 5);
    const shown = [12, 13, 12, 14].map((seed) => show('anna', logOf('shop', seed), 5, 9));
    expect(await Promise.all(shown)).toEqual(['200', '409 9', '409 9', '409 9']);
    expect(await show('anna', logOf('shop', 12), 9, 12)).toBe('200');
  });

  it('knows how far a log had come after a restart', async () => {
    const files = new MemoryFiles();
    await begin(files).show('anna', logOf('shop'), 0, 5);
    const { show } = begin(files);
    expect(await show('anna', logOf('shop'), 0, 3)).toBe('409 5');
    expect(await show('anna', logOf('shop'), 5, 9)).toBe('200');
  });

  it('has room for four logs of a peer, and for a thousand', async () => {
    const { logs, show } = begin();
    for (let n = 0; n < 4; n++) expect(await show('anna', logOf(`shop/${n}`), 0, 5)).toBe('200');
    expect(await show('anna', logOf('shop/4'), 0, 5)).toBe(
      '403 at most 4 logs of a peer are witnessed here',
    );
    // One is the operator's.
    for (let n = 5; n < 1_000; n++) logs.trust(`other ${n}`, cosignerKey);
    expect(await show('otto', logOf('shop/1000'), 0, 5)).toBe('503 no room for another log');
    expect(await show('anna', logOf('shop/0'), 5, 9)).toBe('200');
  });

  it('answers a peer thirty times at once, and once a minute from then on', async () => {
    const { clock, show } = begin();
    const ask = () => show('anna', logOf('shop'), 0, 5);
    const heard = await Promise.all(Array.from({ length: 31 }, ask));
    expect(heard.filter((each) => each !== '503 too many requests').length).toBe(30);
    expect(await show('otto', logOf('till'), 0, 5)).toBe('200');
    await clock.advanceAsync(60_000);
    expect([await ask(), await ask()]).toEqual(['409 5', '503 too many requests']);
  });
});
