import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { StorageError } from '../../storage/faults.ts';
import { formatNoteKey, noteKeyTypes, parseNoteKey } from '../../storage/proofs/note-key.ts';
import { cosignatureIn } from '../../storage/proofs/witness-answer.ts';
import {
  checkpointAt,
  cosignerKey,
  log,
  logKey,
  requestFor,
  said,
} from '../storage/witness.fixture.ts';
import { audited, ended, refusal, settled } from './audit-stage.ts';
import { refusalOf } from './options/refusal.ts';
import { serve } from './witness-server.ts';

const verifierKey = formatNoteKey(logKey);

/** A disk whose replaced files wait until they are let go, or fail. */
class SlowFiles extends MemoryFiles {
  readonly waiting: (() => void)[] = [];
  isFull = false;
  isSlow = false;

  override async replace(path: string, bytes: Uint8Array): Promise<void> {
    if (path.startsWith('/data/witness')) {
      if (this.isFull) throw new StorageError('NO_SPACE', 'full');
      if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    await super.replace(path, bytes);
  }
}

async function begin(world = simWorld({ seed: 1 })) {
  const stage = await audited({}, world);
  stage.runtime.witness.trust({ verifierKey });
  const add = async (body: Uint8Array) =>
    said(await settled(stage.world, stage.runtime.witness.add(body)));
  return { ...stage, add, witness: stage.runtime.witness };
}

async function onSlowDisk() {
  const files = Object.assign(new SlowFiles(), { isSlow: true });
  const stage = await begin({ ...simWorld({ seed: 1 }), files, kv: new MemoryKv(files) });
  return { ...stage, files };
}

describe('the witness of a runtime', () => {
  it('has a key of its own, that cosigns and does nothing else', async () => {
    const { runtime, witness } = await begin();
    const [own, ofLog] = [witness.verifierKey, runtime.audit.verifierKey].map(parseNoteKey);
    expect([own?.name, own?.type]).toEqual([`${ofLog?.name}/witness`, noteKeyTypes.cosignature]);
    expect(own?.publicKey).not.toEqual(ofLog?.publicKey);
  });

  it('is the same after a restart, and knows what it cosigned', async () => {
    const first = await begin();
    await first.add(requestFor(0, 5));
    await ended(first.world, first.runtime);
    const second = await begin(first.world);
    expect(second.witness.verifierKey).toBe(first.witness.verifierKey);
    expect(await second.add(requestFor(0, 9))).toBe('409 5');
    expect(await second.add(requestFor(5, 9))).toMatch(/^200 /);
  });

  it('works without a directory, under a key that ends with the process', async () => {
    const runtime = await createRuntime({ world: simWorld({ seed: 1 }) });
    runtime.witness.trust({ verifierKey });
    expect(said(await runtime.witness.add(requestFor(0, 5)))).toMatch(/^200 /);
  });

  it('believes a log under another name than that of its key, if told so', async () => {
    const { witness, add } = await begin();
    const origin = 'example.com/other';
    witness.trust({ verifierKey, origin });
    expect(await add(requestFor(0, 9, checkpointAt(9, { origin })))).toMatch(/^200 /);
    witness.retire({ verifierKey, origin });
    expect(await add(requestFor(0, 9, checkpointAt(9, { origin })))).toMatch(/^403 /);
    expect(await add(requestFor(0, 5))).toMatch(/^200 /);
  });

  it('tells the operator of a log that was forked', async () => {
    const { world, add } = await begin();
    await add(requestFor(0, 5));
    expect(await add(requestFor(5, 5, checkpointAt(5, { from: 100 })))).toBe('409 5');
    expect(world.log.lines.at(-1)).toMatchObject({
      level: 'error',
      message: 'a log was forked: it signed two trees of one size',
      fields: { subject: log.name, size: 5 },
    });
  });

  it('takes text as well as bytes, and nothing else', async () => {
    const { witness, world } = await begin();
    const body = Buffer.from(requestFor(0, 5)).toString();
    expect(said(await settled(world, witness.add(body)))).toMatch(/^200 /);
    const none: unknown = 5;
    expect(await refusal(witness.add(none as string))).toBe(
      'TypeError: body must be a string or a Uint8Array, got number',
    );
  });

  it('trusts no key but that of a log', async () => {
    const { witness } = await begin();
    const wrong = formatNoteKey(cosignerKey);
    expect(refusalOf(() => witness.trust({ verifierKey: wrong }))).toBe(
      'RangeError: trust.verifierKey must be a verifier key, but its type is 4 instead of 1, ' +
        'got "witness.[secret]"',
    );
    for (let n = 1; n < 1_000; n++) witness.trust({ verifierKey, origin: `log ${n}` });
    expect(refusalOf(() => witness.trust({ verifierKey, origin: 'one more' }))).toBe(
      'RangeError: a witness has room for 1000 logs, and none for one more',
    );
  });
});

describe('a witness whose disk fails', () => {
  it('cosigns nothing, says so, and goes on once it is well', async () => {
    const { files, add } = await onSlowDisk();
    files.isSlow = false;
    files.isFull = true;
    expect(await add(requestFor(0, 5))).toBe('503 the witness cannot keep what it cosigns now');
    files.isFull = false;
    expect(await add(requestFor(0, 5))).toMatch(/^200 /);
  });

  it('answers in time, and writes nothing before the write that hangs has ended', async () => {
    const { files, clock, witness } = await onSlowDisk();
    const first = witness.add(requestFor(0, 5));
    await clock.advanceAsync(9_000);
    const second = witness.add(requestFor(0, 9));
    await clock.advanceAsync(1_000);
    expect([said(await first), files.waiting.length]).toEqual([
      '503 the witness cannot keep what it cosigns now',
      1,
    ]);
    for (const go of files.waiting) go();
    await clock.advanceAsync(0);
    expect(said(await second)).toBe('409 5');
  });

  it('lets 100 requests wait, and no more', async () => {
    const { clock, witness } = await onSlowDisk();
    const waiting = Array.from({ length: 100 }, () => witness.add(requestFor(0, 5)));
    expect(said(await witness.add(requestFor(0, 5)))).toBe('503 too many requests wait');
    await clock.advanceAsync(10_000);
    expect(new Set((await Promise.all(waiting)).map(said))).toEqual(
      new Set(['503 the witness cannot keep what it cosigns now']),
    );
  });

  it('is waited for by the end of the runtime, after which it answers no more', async () => {
    const { files, world, runtime, witness } = await onSlowDisk();
    const order: string[] = [];
    void witness.add(requestFor(0, 5)).then((answer) => order.push(said(answer).slice(0, 3)));
    await world.clock.advanceAsync(0);
    const end = runtime.shutdown().then(() => order.push('ended'));
    await world.clock.advanceAsync(100);
    expect(said(await witness.add(requestFor(0, 5)))).toBe('503 the witness has stopped');
    for (const go of files.waiting) go();
    await settled(world, end);
    expect(order).toEqual(['200', 'ended']);
  });
});

it('a witness behind a server of Node answers as the specification says', async () => {
  const { witness, world } = await begin();
  const url = `${await serve(witness)}/add-checkpoint`;
  const post = async (body: Uint8Array) => {
    const response = await fetch(url, { method: 'POST', body: Buffer.from(body) });
    const type = response.headers.get('content-type');
    return { status: response.status, type, body: await response.text() };
  };
  const posted = post(requestFor(0, 5));
  let isAnswered = false;
  const answered = posted.finally(() => {
    isAnswered = true;
  });
  // A real socket takes as many turns as it takes.
  while (!isAnswered) await world.clock.advanceAsync(0);
  const { status, body } = await answered;
  expect(status).toBe(200);
  const { name } = cosignatureIn(body, checkpointAt(5), parseNoteKey(witness.verifierKey));
  expect(name).toBe(parseNoteKey(witness.verifierKey).name);
  expect(await post(requestFor(0, 9))).toEqual({
    status: 409,
    type: 'text/x.tlog.size',
    body: '5\n',
  });
  expect(await post(requestFor(0, 9, checkpointAt(9, { origin: log.name.slice(1) })))).toEqual({
    status: 404,
    type: 'text/plain; charset=utf-8',
    body: 'no log xample.com/log is witnessed here\n',
  });
});
