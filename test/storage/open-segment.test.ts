import { expect, it } from 'vitest';
import { chainStart } from '../../storage/chain.ts';
import { OpenSegment } from '../../storage/open-segment.ts';
import { Secret } from '../../storage/secret.ts';
import { decodeSession, sessionKey } from '../../storage/session.ts';
import { memoryStage, records, storeId } from './log-stage.ts';

it('an open segment begins a session each time, and counts what it holds', async () => {
  const { kv, place } = memoryStage();
  const store = await kv.create('/store');
  const tools = { segment: 4, key: Secret.of(new Uint8Array(32).fill(1)) };
  const from = { size: 10, chain: chainStart(storeId) };
  const open = await OpenSegment.begin(place, store, tools, from);
  const end = open.seal(records('a', 3), from);
  const before = open.bytes;
  await open.commit(end.puts);
  const past = { origin: from, openedMs: 5, bytes: open.bytes };
  const again = await OpenSegment.begin(place, store, tools, end, past);
  const headers = [];
  for (const session of [0, 1, 2]) {
    const value = await store.get(sessionKey(session));
    headers.push(value && decodeSession(value, session)?.size);
  }
  expect([headers, end.size, end.leaves.length, again.origin, again.openedMs, again.bytes]).toEqual(
    [[10, 13, undefined], 13, 3, from, 5, open.bytes],
  );
  expect([before, open.bytes]).toEqual([0, 84 + 3 * (32 + 4 + 2)]);
});
