import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { text } from '../../storage/bytes.ts';
import { signingKey } from '../../storage/ed25519.ts';
import { formatCheckpoint, parseCheckpoint } from '../../storage/proofs/checkpoint.ts';
import { proveConsistency } from '../../storage/proofs/consistency.ts';
import { proveInclusion } from '../../storage/proofs/inclusion.ts';
import { toBase64 } from '../../storage/proofs/notation.ts';
import { formatNote, parseNote } from '../../storage/proofs/note.ts';
import { formatNoteKey, noteKeyTypes } from '../../storage/proofs/note-key.ts';
import { cosign, noteKeyOf, signNote } from '../../storage/proofs/note-signature.ts';
import { parseReceipt } from '../../storage/proofs/receipt.ts';
import { TileGrowth } from '../../storage/proofs/tile-growth.ts';
import { partialTilesOf, TILE_WIDTH, type Tile, tilePath } from '../../storage/proofs/tiles.ts';
import { leafHash } from '../../storage/proofs/tree.ts';
import { audited, ended, settled } from '../runtime/audit-stage.ts';
import { bitsFlipped, leafAt, rootByHand, subtreeByHand } from '../storage/proofs/rfc6962.ts';
import { TileStore } from '../storage/proofs/tile-store.ts';
import { secretOf } from '../storage/store.fixture.ts';

const program = fileURLToPath(new URL('verify.go', import.meta.url));

/** Where Debian's golang-golang-x-mod-dev puts the packages that the program imports. */
const packages = '/usr/share/gocode';

interface Claim {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const hashes = (proof: readonly Uint8Array[]): readonly string[] => proof.map(toBase64);
const headAt = (size: number) => ({ size, root: toBase64(rootByHand(0, size)) });

function go(args: readonly string[], cache: string, input = '') {
  const { GOPATH = packages, PATH } = process.env;
  const env = { PATH, GOPATH, GOCACHE: cache, GO111MODULE: 'off', GOPROXY: 'off' };
  return spawnSync('go', args, { cwd: cache, env, input, encoding: 'utf8', timeout: 100_000 });
}

/** Why the program cannot run here; undefined if it can. */
function obstacle(cache: string): string | undefined {
  const { error, status } = go(['list', 'golang.org/x/mod/sumdb/tlog'], cache);
  if (error) return 'Go is not installed (golang-go)';
  return status === 0 ? undefined : 'golang.org/x/mod is not installed (golang-golang-x-mod-dev)';
}

async function trueClaims(): Promise<readonly Claim[]> {
  const sizes = [1, 2, 3, 7, 8, 255, 256, 257, 600];
  const log = { name: 'example.com/log', key: signingKey(secretOf(1)) };
  const said = formatCheckpoint({
    origin: log.name,
    size: 600,
    root: rootByHand(0, 600),
    extensions: [],
  });
  const witness = { name: 'witness.example/w1', key: signingKey(secretOf(2)) };
  const signatures = [cosign(said, witness, 1_679_315_147), signNote(said, log)];
  const note = Buffer.from(formatNote({ text: said, signatures })).toString();
  const claims: Claim[] = [
    { kind: 'note', note, vkeys: [formatNoteKey(noteKeyOf(log, noteKeyTypes.signature))] },
  ];
  for (const size of sizes) {
    for (const index of new Set([0, size >> 1, size - 1])) {
      const proof = hashes(await proveInclusion(index, size, subtreeByHand));
      const leaf = toBase64(leafAt(index));
      claims.push({ kind: 'inclusion', index, leaf, newer: headAt(size), proof });
    }
    for (const older of sizes.filter((other) => other <= size)) {
      const proof = hashes(await proveConsistency(older, size, subtreeByHand));
      claims.push({ kind: 'consistency', older: headAt(older), newer: headAt(size), proof });
    }
  }
  claims.push(...(await claimsOfLog()));
  return [...claims, { kind: 'tiles', newer: headAt(600), tiles: await tilesAt600() }];
}

/** What a log that was at work says of itself, and of some of its records. */
async function claimsOfLog(): Promise<readonly Claim[]> {
  const { world, runtime, log } = await audited();
  const appends = Array.from({ length: 300 }, () => log.append({ type: 'price.changed' }));
  await settled(world, Promise.all(appends));
  const older = parseCheckpoint(parseNote(text(await settled(world, log.checkpoint()))).text);
  await settled(world, log.append({ type: 'price.changed' }));
  const note = await settled(world, log.checkpoint());
  const { size, root } = parseCheckpoint(parseNote(text(note)).text);
  const newer = { size, root: toBase64(root) };
  const { witness } = await createRuntime({ world: simWorld({ seed: 2 }) });
  witness.trust({ verifierKey: log.verifierKey });
  const post = (body: string) => witness.add(body);
  const { verifierKey: vkey } = witness;
  const witnessed = log.witnessedBy({ verifierKey: vkey, post }).cosign(note);
  const claims: Claim[] = [
    { kind: 'note', note, vkeys: [log.verifierKey] },
    { kind: 'cosignature', note: await settled(world, witnessed), vkey },
  ];
  for (const index of [0, 255, 256, size - 1]) {
    const receipt = parseReceipt(text(await settled(world, log.prove(index))));
    const leaf = toBase64(leafHash(receipt.extra ?? new Uint8Array()));
    claims.push({ kind: 'inclusion', index, leaf, newer, proof: hashes(receipt.proof) });
  }
  const proof = await settled(world, log.proveConsistency({ fromSize: older.size }));
  const before = { size: older.size, root: toBase64(older.root) };
  claims.push({ kind: 'consistency', older: before, newer, proof });
  await settled(world, log.publish({ directory: '/site' }));
  const tiles: Record<string, string> = {};
  for (const { level, index, width } of tilesOf(size)) {
    const path = tilePath({ level, index, width });
    tiles[path] = toBase64((await world.files.read(`/site/${path}`)) ?? new Uint8Array());
  }
  claims.push({ kind: 'tiles', newer, tiles });
  await ended(world, runtime);
  return claims;
}

/** What a log signs that shreds and rotates its key, by the key of its day; and by another one. */
async function lifeOfKeys(): Promise<{ claims: readonly Claim[]; lies: readonly Claim[] }> {
  const { world, runtime, log } = await audited();
  const shredAll = async (): Promise<string> => {
    await settled(world, log.append({ type: 'price.changed' }));
    await settled(world, log.rotate());
    const before = log.status().size;
    const shredding = log.shred({ before, reason: 'it is "old", — she said' });
    const [segment] = await settled(world, shredding);
    const path = `/data/audit/segments/${String(segment).padStart(8, '0')}.destroyed`;
    return Buffer.from((await world.files.read(path)) ?? []).toString();
  };
  const old = log.verifierKey;
  const destroyed = await shredAll();
  const handedOver = await settled(world, log.rotateKey({ reason: 'yearly' }));
  const present = handedOver.verifierKey;
  const checkpoint = await settled(world, log.checkpoint());
  const destroyedSince = await shredAll();
  await ended(world, runtime);
  const signed = (note: string, ...vkeys: readonly string[]) => ({ kind: 'note', note, vkeys });
  return {
    claims: [
      signed(destroyed, old),
      signed(handedOver.checkpoint, old, present),
      signed(checkpoint, present),
      signed(destroyedSince, present),
    ],
    lies: [
      signed(destroyed, present),
      signed(checkpoint, old),
      signed(checkpoint, old, present),
      signed(destroyedSince, old),
    ],
  };
}

/** Of a tree of less than 65,536 leaves. */
function tilesOf(size: number): readonly Tile[] {
  const full = Array.from({ length: Math.floor(size / TILE_WIDTH) }, (_, index) => index);
  return [
    ...full.map((index) => ({ level: 0, index, width: TILE_WIDTH })),
    ...partialTilesOf(size),
  ];
}

async function tilesAt600(): Promise<Readonly<Record<string, string>>> {
  const store = new TileStore();
  const growth = await TileGrowth.from(0, store.read);
  for (let index = 0; index < 600; index++) growth.append(leafAt(index));
  store.put(growth.take());
  return Object.fromEntries([...store.tiles].map(([path, bytes]) => [path, toBase64(bytes)]));
}

/** The same claims about trees and texts that are others. */
function forged(claim: Claim): Claim {
  if (claim.kind === 'note' || claim.kind === 'cosignature')
    return { ...claim, note: String(claim.note).replace(/\n(size )?(?=\d+\n)/, '$&1') };
  const [root = leafAt(0)] = bitsFlipped(rootByHand(0, 5));
  return { ...claim, newer: { size: 600, root: toBase64(root) } };
}

it('Go believes what was proved and signed here, and nothing that was forged', async (context) => {
  const cache = mkdtempSync(join(tmpdir(), 'holdfast-interop-'));
  try {
    const reason = obstacle(cache);
    if (reason !== undefined) return context.skip(reason);
    const keys = await lifeOfKeys();
    const claims = [...(await trueClaims()), ...keys.claims];
    const lies = [...claims.map(forged), ...keys.lies];
    const input = [...claims, ...lies].map((claim) => JSON.stringify(claim));
    const { stdout, stderr, status } = go(['run', program], cache, input.join('\n'));
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const verdicts = stdout.trimEnd().split('\n');
    expect(verdicts.slice(0, claims.length)).toEqual(claims.map(() => 'ok'));
    expect(verdicts.slice(claims.length).filter((verdict) => verdict === 'ok')).toEqual([]);
    expect(verdicts).toHaveLength(input.length);
  } finally {
    rmSync(cache, { recursive: true });
  }
}, 120_000);
