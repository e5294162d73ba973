import { expect, it } from 'vitest';
import { Blacklist } from '../../actors/peer/door/blacklist.ts';
import { peerIdOf } from '../../actors/peer/wire/peer-id.ts';
import { saveBlacklist } from '../../runtime/saved-blacklist.ts';
import { Computer } from './kernel/boot.ts';

const [ANN, EVE] = [1, 2].map((fill) => peerIdOf(new Uint8Array(32).fill(fill)));

async function boot(computer: Computer) {
  const process = await computer.boot();
  const { persistence } = process.kernel;
  if (persistence === undefined) throw new Error('nothing is saved');
  const list = new Blacklist();
  saveBlacklist(persistence, list);
  return { process, list };
}

it('who is blacklisted stays so over a restart of the process, unless forgiven', async () => {
  const computer = new Computer();
  const first = await boot(computer);
  const ann = { id: ANN ?? '', reason: 'floods', by: 'shop', line: 3, sinceMs: 7 };
  first.list.add([ann, { id: EVE ?? '', reason: 'lies', by: 'here', sinceMs: 8 }]);
  await computer.clock.advanceAsync(2_000);
  first.list.remove(EVE ?? '');
  await computer.clock.advanceAsync(2_000);
  first.process.crash();
  const second = await boot(computer);
  expect([...second.list.all()]).toEqual([ann]);
  await second.process.shutDown();
  expect([...(await boot(computer)).list.all()]).toEqual([ann]);
});
