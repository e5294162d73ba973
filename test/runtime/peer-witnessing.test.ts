import { describe, expect, it } from 'vitest';
import type { Level } from '../../machines/trust.ts';
import { PeerWitnessing } from '../../runtime/peer-witnessing.ts';
import { VirtualClock } from '../../runtime/sim/clock.ts';
import { MemoryLog } from '../../runtime/sim/log.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { MemoryKv } from '../../runtime/world/memory-kv.ts';
import { signingKey } from '../../storage/ed25519.ts';
import { openCheckpoint } from '../../storage/proofs/log-trust.ts';
import { parseNote } from '../../storage/proofs/note.ts';
import { formatNoteKey, noteKeyTypes, parseNoteKey } from '../../storage/proofs/note-key.ts';
import { noteKeyOf } from '../../storage/proofs/note-signature.ts';
import { proofByHand } from '../storage/proofs/rfc6962.ts';
import { secretOf } from '../storage/store.fixture.ts';
import { checkpointAt, logKey, witnessOver } from '../storage/witness.fixture.ts';
import { type Machine, PeersStage } from './peers-stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const onDisk = { dataDir: '/data', masterKey: { file: '/key', create: true } } as const;

/** A shop that is listened at, and a till on a disk that outlives its processes. */
async function stageOf() {
  const stage = new PeersStage();
  const shop = await stage.listening();
  const files = new MemoryFiles();
  const begin = async () => {
    const network = stage.network.host('10.0.9.1');
    const disk = { files, kv: new MemoryKv(files) };
    const world = { ...simWorld({ seed: 9 }), ...disk, clock: stage.clock, network };
    const machine = await stage.machine({ world, ...onDisk });
    const meet = () => stage.until(machine.rt.peers.connect(shop.url));
    const errors = () => world.log.lines.filter(({ level }) => level === 'error');
    const end = () => stage.until(machine.rt.shutdown());
    return { ...machine, meet, errors, end };
  };
  /** Somebody trusts others. */
  const trusting = async ({ rt }: Machine, ...others: readonly Machine[]): Promise<void> => {
    for (const { rt: other } of others) {
      await stage.until(rt.peers.grant(other.peers.id, { level: 'verified' }));
    }
  };
  const pass = async (forMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < forMs; passedMs += 1_000) {
      await stage.clock.advanceAsync(1_000);
    }
  };
  return { stage, shop, files, begin, trusting, pass };
}

type Till = Awaited<ReturnType<Awaited<ReturnType<typeof stageOf>>['begin']>>;

/** What a machine tells of its witnesses. */
const told = ({ facts }: Machine) =>
  facts
    .filter(({ type }) => type.startsWith('peer.witness'))
    .map(({ type, subject, data }) => ({ type, subject, data }));

const appending = async (stage: PeersStage, { rt }: Machine, count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await stage.until(rt.audit.append({ type: 'tea.sold' }));
};

/** The checkpoint that was given out last. */
async function given(files: MemoryFiles): Promise<Uint8Array> {
  for (const path of files.image().keys()) {
    const bytes = path.endsWith('/checkpoint') ? await files.read(path) : undefined;
    if (bytes !== undefined) return bytes;
  }
  throw new Error('none was given out');
}

describe('peers that trust each other', () => {
  it('cosign the logs of each other within a minute, and then every hour', async () => {
    const { stage, shop, files, begin, trusting, pass } = await stageOf();
    const till = await begin();
    await trusting(till, shop);
    await trusting(shop, till);
    await till.meet();
    await pass(MINUTE_MS);
    expect([told(till), told(shop)]).toMatchObject([
      [{ type: 'peer.witnessed', subject: shop.rt.peers.id }],
      [{ type: 'peer.witnessed', subject: till.rt.peers.id }],
    ]);
    const [log, witness] = [till.rt.audit, shop.rt.witness].map((each) =>
      parseNoteKey(each.verifierKey),
    );
    if (log === undefined || witness === undefined) throw new Error('no keys');
    const trust = { origin: log.name, log: [log], witnesses: [witness] };
    const { checkpoint, signatures } = openCheckpoint(parseNote(await given(files)), trust);
    expect([signatures.map(({ key }) => key), { size: checkpoint.size }]).toEqual([
      [log, witness],
      told(till)[0]?.data,
    ]);
    // The fact itself, and that it has held for a while that peers are reached.
    expect(till.rt.audit.status().unanchored).toBe(2);
    await appending(stage, till, 5);
    await pass(HOUR_MS - MINUTE_MS);
    expect(told(till).length).toBe(1);
    await pass(MINUTE_MS);
    expect([told(till).length, till.rt.audit.status().unanchored]).toEqual([2, 1]);
  });

  it('go on with the next key of a log', async () => {
    const { stage, shop, begin, trusting, pass } = await stageOf();
    const till = await begin();
    await trusting(till, shop);
    await trusting(shop, till);
    await till.meet();
    await pass(MINUTE_MS);
    const before = till.rt.audit.verifierKey;
    await stage.until(till.rt.audit.rotateKey());
    await pass(HOUR_MS);
    expect([told(till).map(({ type }) => type), till.rt.audit.verifierKey === before]).toEqual([
      ['peer.witnessed', 'peer.witnessed'],
      false,
    ]);
  });

  it('are not asked by who has no other level for them, and do not answer strangers', async () => {
    const { shop, begin, trusting, pass } = await stageOf();
    const till = await begin();
    await till.meet();
    await pass(3 * MINUTE_MS);
    expect([told(till), told(shop)]).toEqual([[], []]);
    await trusting(till, shop);
    await pass(MINUTE_MS);
    expect([told(till), told(shop)]).toEqual([
      [
        {
          type: 'peer.witnessRefused',
          subject: shop.rt.peers.id,
          data: {
            code: 'WITNESS_UNAVAILABLE',
            because: 'the witness gave no answer: the method needs a higher level',
          },
        },
      ],
      [],
    ]);
    expect(till.errors()).toEqual([]);
  });

  it('are asked no more once they are gone', async () => {
    const { stage, shop, begin, trusting, pass } = await stageOf();
    const till = await begin();
    await trusting(till, shop);
    const peer = await till.meet();
    peer.close();
    await pass(2 * HOUR_MS);
    expect([told(till), stage.clock.pending < 20]).toEqual([[], true]);
  });
});

describe('a log that was rolled back', () => {
  /** A till whose directory is put back to before its last checkpoint was cosigned. */
  async function rolledBack(
    sales: number,
  ): Promise<Till & { readonly size: unknown; readonly witness: string }> {
    const { stage, files, begin, shop, trusting, pass } = await stageOf();
    const early = await begin();
    await trusting(early, shop);
    await trusting(shop, early);
    await early.end();
    const image = files.image();
    const late = await begin();
    await late.meet();
    await appending(stage, late, 9);
    await pass(MINUTE_MS);
    await late.end();
    files.restore(image);
    const till = await begin();
    await till.meet();
    await appending(stage, till, sales);
    await pass(MINUTE_MS);
    const [witnessed] = told(late);
    return { ...till, size: Object(witnessed?.data).size, witness: shop.rt.peers.id };
  }

  const refused = (because: string) => [
    { type: 'peer.witnessRefused', data: { code: 'WITNESS_REFUSED', because } },
  ];
  const told422 = 'the witness answered 422: the consistency proof does not hold: ';

  it('is told so by its peers, and its operator by it', async () => {
    const till = await rolledBack(0);
    const [, now = ''] = /size (\d+) of the checkpoint/.exec(JSON.stringify(told(till))) ?? [];
    const because =
      `the witness does not vouch for the log: it cosigned size ${till.size}, ` +
      `above size ${now} of the checkpoint`;
    expect(Number(now)).toBeLessThan(Number(till.size));
    expect(told(till)).toMatchObject(refused(because));
    expect(till.errors()).toMatchObject([
      {
        message: 'a peer does not vouch for the audit log',
        fields: { subject: till.witness, error: { code: 'WITNESS_REFUSED', message: because } },
      },
    ]);
  });

  it('and grew longer than it was, is told so as well', async () => {
    const till = await rolledBack(30);
    expect(told(till)).toMatchObject(
      refused(`${told422}it leads to another root of the older tree`),
    );
  });
});

describe('a log with one witness', () => {
  /** What it is asked, and what it is told of; `answer` changes what the witness says. */
  function begin(answer = (said: object): object => said) {
    const clock = new VirtualClock();
    const [witness, kernelTold, log] = [witnessOver(), [] as unknown[], new MemoryLog()];
    const at = { size: 5, asked: 0, level: 'verified' as Level };
    const witnessing = new PeerWitnessing({
      ...{ clock, log, random: new SeededRandom(1).stream('witnesses') },
      kernel: { tell: (type, subject, data) => String(kernelTold.push([type, subject, data])) },
      proofs: {
        verifierKey: formatNoteKey(logKey),
        checkpoint: async () => checkpointAt(at.size),
        proveConsistency: async (older, newer = 0) => proofByHand(older, 0, newer),
        noteGiven: async () => {},
      },
      size: () => at.size,
      levelOf: () => at.level,
      ask: async (_, request) => {
        at.asked += 1;
        const { status, body } = await witness.add(
          Buffer.from(String(Reflect.get(Object(request), 'request'))),
        );
        return answer({ status, body, verifierKey: witness.verifierKey });
      },
    });
    return { clock, witnessing, at, told: kernelTold, errors: log.lines };
  }

  it('is shown to it only if there is more than what was told of it', async () => {
    const { clock, witnessing, at, told } = begin();
    witnessing.opened('anna');
    await clock.advanceAsync(MINUTE_MS);
    // The record of that it was witnessed.
    at.size = 6;
    await clock.advanceAsync(3 * HOUR_MS);
    expect(told).toEqual([['peer.witnessed', 'anna', { size: 5 }]]);
    at.size = 7;
    await clock.advanceAsync(MINUTE_MS);
    expect([told.at(-1), at.asked]).toEqual([['peer.witnessed', 'anna', { size: 7 }], 2]);
  });

  it('keeps nothing of it once it is gone, but the key that it had first', async () => {
    const other = { name: 'witness.example/w2', key: signingKey(secretOf(9)) };
    const verifierKey = formatNoteKey(noteKeyOf(other, noteKeyTypes.cosignature));
    let isFirst = true;
    const { clock, witnessing, at, told, errors } = begin((said) =>
      isFirst ? { ...said, verifierKey } : said,
    );
    witnessing.opened('anna');
    await clock.advanceAsync(MINUTE_MS);
    witnessing.left('anna');
    expect(clock.pending).toBe(0);
    isFirst = false;
    at.size = 9;
    witnessing.opened('anna');
    await clock.advanceAsync(MINUTE_MS);
    const because = 'the answer of the witness does not hold: witness.[secret] has not signed it';
    const refused = ['peer.witnessRefused', 'anna', { code: 'AUDIT_UNPROVEN', because }];
    expect([told, errors.map(({ level }) => level)]).toEqual([
      [refused, refused],
      ['error', 'error'],
    ]);
  });
});
