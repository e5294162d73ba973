import { digestFiles } from './digests.ts';
import { fileBytes } from './file-bytes.ts';
import type { Judgement } from './judgement.ts';
import { isEvidence } from './layout.ts';
import { type Span, spanFields, writePaper } from './papers.ts';
import type { Workplace } from './place.ts';
import type { Kv } from './ports.ts';

export type Doubt = Pick<Judgement, 'verdict' | 'because'>;

/**
 * Sets a segment apart, of which `records` are left. Its own files are never opened or changed
 * again: a copy is repaired, for whatever of it cannot be read from the original. No room for a
 * copy is no reason to fail. Returns how many records are lost.
 */
export async function quarantine(
  place: Workplace,
  span: Span,
  { verdict, because = '' }: Doubt,
  records: number,
): Promise<number> {
  const lost = Math.max(0, span.end.size - span.origin.size - records);
  await copyAndRepair(place, span.segment);
  const files = await digestFiles(place.files, place.layout.store(span.segment));
  const copy = await digestFiles(place.files, place.layout.copyOf(span.segment));
  const doubt = { verdict, because, lost, files, copy };
  await writePaper(place, { kind: 'doubt', ...spanFields(place, span), ...doubt });
  return lost;
}

/**
 * What cannot be repaired is not kept. The engine compresses what it repairs, and only the engine
 * can read that; so the copy is written anew, as all stores are.
 */
async function copyAndRepair(place: Workplace, segment: number): Promise<void> {
  const { files, kv, layout } = place;
  const [from, to] = [layout.store(segment), layout.copyOf(segment)];
  const names = await files.list(from);
  if (names === undefined) return;
  const bench = `${to}.tmp`;
  try {
    await files.remove(bench);
    await files.remove(to);
    await files.makeDirectory(bench);
    for (const name of names.filter((candidate) => isEvidence(candidate))) {
      const bytes = await fileBytes(files, `${from}/${name}`);
      if (bytes !== undefined) await files.create(`${bench}/${name}`, bytes);
    }
    await kv.repair(bench);
    await rewrite(kv, bench, to);
  } catch {
    await files.remove(to).catch(() => {});
  }
  await files.remove(bench).catch(() => {});
}

async function rewrite(kv: Kv, from: string, to: string): Promise<void> {
  const repaired = await kv.open(from);
  try {
    const copy = await kv.create(to);
    try {
      const everything = { from: new Uint8Array(0), to: Uint8Array.of(0xff) };
      for await (const entry of repaired.scan(everything)) await copy.commit([entry]);
    } finally {
      await copy.close();
    }
  } finally {
    await repaired.close();
  }
}
