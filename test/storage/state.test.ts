import { describe, expect, it } from 'vitest';
import { concat, hex, text } from '../../storage/bytes.ts';
import { StorageError } from '../../storage/faults.ts';
import type { KvPut, KvRange, KvStore } from '../../storage/ports.ts';
import { seal, unseal } from '../../storage/seal.ts';
import { StateStore } from '../../storage/state.ts';
import fc from '../fast-check.ts';
import { drawn, everyFlip, sealTools, secretOf, storeId } from './sealing.ts';

/** A store in memory; `commits` counts them. */
class MapStore implements KvStore {
  readonly entries = new Map<string, Uint8Array>();
  commits = 0;
  isClosed = false;

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.entries.get(hex(key));
  }

  async commit(puts: readonly KvPut[], deletes: readonly Uint8Array[] = []): Promise<void> {
    this.commits += 1;
    for (const { key, value } of puts) this.entries.set(hex(key), value);
    for (const key of deletes) this.entries.delete(hex(key));
  }

  async *scan({ from, to }: KvRange): AsyncIterable<KvPut> {
    for (const digits of [...this.entries.keys()].sort()) {
      if (digits < hex(from) || digits >= hex(to)) continue;
      const key = Uint8Array.from(Buffer.from(digits, 'hex'));
      yield { key, value: this.entries.get(digits) ?? new Uint8Array() };
    }
  }

  async settle(): Promise<void> {}

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function opened() {
  const store = new MapStore();
  return { store, state: new StateStore(store, sealTools()) };
}

const aadOf = (name: string) => concat(text('state'), storeId, text(name));

/** The value of a name, sealed by hand. */
const sealedAs = (name: string, json: string, version = 1) =>
  concat(Uint8Array.of(version), seal(secretOf(7), drawn(2)(24), aadOf(name), text(json)));

const corrupt = (because: string) => new StorageError('CORRUPT', `the state of "bans" ${because}`);

describe('the state', () => {
  it('is laid out as the format says', async () => {
    const { store, state } = opened();
    await state.put(new Map([['bans', { until: 5 }]]));
    const value = store.entries.get(hex(text('bans'))) ?? new Uint8Array();
    const json = unseal(secretOf(7), aadOf('bans'), value.subarray(1)) ?? new Uint8Array();
    expect([value[0], new TextDecoder().decode(json)]).toEqual([1, '{"until":5}']);
  });

  it('gives back what was put last, under each name', async () => {
    const entries = fc.array(
      fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(entries, async (puts) => {
        const { state } = opened();
        for (const [name, value] of puts) await state.put(new Map([[name, value]]));
        for (const [name, value] of new Map(puts)) {
          expect(JSON.stringify(await state.get(name))).toBe(JSON.stringify(value));
        }
        const names = [...new Map(puts).keys()];
        expect(new Set(await state.names())).toEqual(new Set(names));
      }),
    );
  });

  it('of a name that has none is undefined', async () => {
    const { state } = opened();
    expect(await state.get('bans')).toBeUndefined();
  });

  it('changes in one commit, in which undefined deletes', async () => {
    const { store, state } = opened();
    await state.put(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    await state.put(
      new Map<string, unknown>([
        ['a', undefined],
        ['c', null],
      ]),
    );
    await state.put(new Map());
    expect([await state.names(), store.commits]).toEqual([['b', 'c'], 2]);
    expect([await state.get('a'), await state.get('b'), await state.get('c')]).toEqual([
      undefined,
      2,
      null,
    ]);
  });

  it('is not changed at all if one value is no JSON', async () => {
    const { store, state } = opened();
    const put = state.put(
      new Map<string, unknown>([
        ['a', 1],
        ['b', () => 1],
      ]),
    );
    await expect(put).rejects.toThrow(new TypeError('the state of "b" must be JSON'));
    expect(store.commits).toBe(0);
  });

  it('lists names beyond ASCII too, in the order of their bytes', async () => {
    const { state } = opened();
    await state.put(new Map(['🏠', 'ü', 'z', 'a'].map((name) => [name, 1])));
    expect(await state.names()).toEqual(['a', 'z', 'ü', '🏠']);
  });

  it('does not open with a byte changed, nor cut, nor under another name', async () => {
    const { store, state } = opened();
    const value = sealedAs('bans', '{"until":5}');
    const others = [...everyFlip(value), new Uint8Array(), value.subarray(0, 9)];
    for (const other of [...others, sealedAs('trust', '5'), sealedAs('bans', '5', 2)]) {
      store.entries.set(hex(text('bans')), other);
      await expect(state.get('bans')).rejects.toThrow(corrupt('does not open'));
    }
  });

  it('that is no JSON is told without what it is', async () => {
    const { store, state } = opened();
    store.entries.set(hex(text('bans')), sealedAs('bans', 'secret'));
    const error: unknown = await state.get('bans').catch((reason: unknown) => reason);
    expect(error).toEqual(corrupt('is no JSON'));
    expect(error).not.toHaveProperty('cause');
  });

  it('never writes the same bytes twice', async () => {
    const { store, state } = opened();
    await state.put(new Map([['a', 1]]));
    const first = store.entries.get(hex(text('a')));
    await state.put(new Map([['a', 1]]));
    expect(store.entries.get(hex(text('a')))).not.toEqual(first);
  });

  it('closes its store', async () => {
    const { store, state } = opened();
    await state.close();
    expect(store.isClosed).toBe(true);
  });
});
