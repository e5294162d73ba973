import { expect, it } from 'vitest';
import type { AuditGap, AuditRecord } from '../../../../runtime/audit.ts';
import { NewestRecords } from '../../../../runtime/inspector/panels/newest-records.ts';
import { nextTurn } from '../../../../runtime/world/turn.ts';

const record = (index: number): AuditRecord => ({
  ...{ kind: 'record', index, leafHash: '' },
  event: { specversion: '1.0', id: `a-${index}`, source: 's', type: 'order.paid', time: 't' },
});

class FakeLog {
  size = 0;
  isBroken = false;
  readonly from: number[] = [];

  status() {
    return { size: this.size };
  }

  async *read({
    fromIndex,
  }: {
    readonly fromIndex: number;
  }): AsyncGenerator<AuditRecord | AuditGap> {
    this.from.push(fromIndex);
    if (this.isBroken) throw new Error('broken');
    for (let index = fromIndex; index < this.size; index += 1) yield record(index);
  }
}

function stage() {
  const log = new FakeLog();
  const newest = new NewestRecords(log);
  const look = async () => {
    newest.look();
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    return newest.look().map(({ index }) => index);
  };
  return { log, newest, look };
}

it('the newest 100 are there the next time, and each is read once', async () => {
  const { log, look } = stage();
  log.size = 250;
  const hundred = await look();
  expect([hundred.length, hundred[0], hundred.at(-1)]).toEqual([100, 150, 249]);
  log.size = 253;
  const next = await look();
  expect([next.length, next[0], next.at(-1), log.from]).toEqual([100, 153, 252, [150, 250]]);
  await look();
  expect(log.from).toEqual([150, 250]);
});

it('a log that was lost and has begun anew is shown anew', async () => {
  const { log, look } = stage();
  log.size = 5;
  await look();
  log.size = 2;
  expect(await look()).toEqual([0, 1]);
});

it('a log that cannot be read leaves what is known, and is tried again', async () => {
  const { log, look } = stage();
  log.size = 2;
  await look();
  log.size = 3;
  log.isBroken = true;
  expect(await look()).toEqual([0, 1]);
  log.isBroken = false;
  expect(await look()).toEqual([0, 1, 2]);
});
