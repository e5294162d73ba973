import { type BlockView, parseBlock } from './block.ts';
import { hex, sameBytes, sha256 } from './bytes.ts';
import { chainAfter } from './chain.ts';
import { destructionProblem } from './destruction.ts';
import { compareDigests, compareDoubt, digestFiles } from './digests.ts';
import { StorageError } from './faults.ts';
import { Layout, type SegmentNames, sortNames } from './layout.ts';
import { followLeaves } from './leaf-trail.ts';
import type { Position } from './open-segment.ts';
import { decodePaperUnkeyed, type Paper, type PaperKind } from './paper.ts';
import type { Files, Kv, RawStore } from './ports.ts';
import { parseStoreKey } from './session.ts';
import { type SegmentVerdict, type Verdict, type Verification, worst } from './verification.ts';

/**
 * Checks of a log what needs no key: that its files are those of the papers, that blocks and leaves
 * lead from paper to paper. Who could write a paper is not known without a key: the best verdict is
 * `unverifiable`; it is `tampered` if something contradicts itself. Writes nothing, never fails.
 * @param root the directory of the log, `dataDir/audit`
 */
export async function verifyWithoutKey(files: Files, kv: Kv, root: string): Promise<Verification> {
  const verifier = new KeylessVerifier(files, kv, new Layout(root));
  try {
    return await verifier.verify();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const problem = { verdict: 'unverifiable', because: error.message } as const;
    const nothing = { size: 0, checked: 0, unanchored: 0, segments: [] };
    return { verdict: 'unverifiable', ...nothing, problems: [problem] };
  }
}

interface Judged {
  readonly because?: string | undefined;
  readonly first: number;
  readonly end: Position | undefined;
}

class KeylessVerifier {
  readonly #files: Files;
  readonly #kv: Kv;
  readonly #layout: Layout;
  /** Undefined where nothing says how far the log has come. */
  #position: Position | undefined;

  constructor(files: Files, kv: Kv, layout: Layout) {
    this.#files = files;
    this.#kv = kv;
    this.#layout = layout;
  }

  async verify(): Promise<Verification> {
    const names = sortNames((await this.#files.list(this.#layout.segments)) ?? []);
    const segments: SegmentVerdict[] = [];
    let next = 1;
    for (const each of names.segments) {
      if (each.segment > next) segments.push(tampered(next, this.#size, 'the segment is missing'));
      if (each.segment > next) this.#position = undefined;
      segments.push(await this.#judge(each));
      next = each.segment + 1;
    }
    const strays = names.strays.map((stray) => ({
      verdict: 'tampered' as const,
      because: `${stray} does not belong here`,
    }));
    const problems = [{ verdict: 'unverifiable' as const, because: 'there is no key' }, ...strays];
    const verdict = worst([...segments, ...problems].map((each) => each.verdict));
    return { verdict, size: this.#size, checked: 0, unanchored: this.#size, segments, problems };
  }

  get #size(): number {
    return this.#position?.size ?? 0;
  }

  async #judge(names: SegmentNames): Promise<SegmentVerdict> {
    const { segment } = names;
    try {
      const { because, first, end } = await this.#judgeOne(names);
      this.#position = end;
      const verdict: Verdict = because === undefined ? 'unverifiable' : 'tampered';
      const reason = because === undefined ? {} : { because };
      return { segment, verdict, first, size: end?.size ?? first, ...reason };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#position = undefined;
      return tampered(segment, 0, error.message);
    }
  }

  async #judgeOne(names: SegmentNames): Promise<Judged> {
    const { segment, has } = names;
    const kind = (['shred', 'doubt', 'note', 'rest'] as const).find((each) => has.has(each));
    if (kind === undefined && !has.has('store')) {
      return { because: 'the segment is missing', first: this.#size, end: undefined };
    }
    if (kind === undefined) return await this.#judgeBlocks(segment, this.#position);
    const paper = await this.#paperOf(segment, kind);
    if (paper === undefined) {
      return { because: `its ${kind} is no paper`, first: this.#size, end: undefined };
    }
    const end = { size: paper.size, chain: Buffer.from(paper.chainAfter, 'hex') };
    const isNext = this.#position === undefined || leadsTo(this.#position, paper);
    const gap = isNext ? undefined : 'it does not follow the segment before';
    return { because: gap ?? (await this.#problemOf(paper)), first: paper.first, end };
  }

  async #paperOf(segment: number, kind: PaperKind): Promise<Paper | undefined> {
    const path = this.#layout.paper(segment, kind);
    const bytes = await this.#files.read(path);
    return bytes && decodePaperUnkeyed(bytes, path.slice(path.lastIndexOf('/') + 1));
  }

  /** What contradicts the paper. */
  async #problemOf(paper: Paper): Promise<string | undefined> {
    const { segment } = paper;
    const start = { size: paper.first, chain: Buffer.from(paper.chainBefore, 'hex') };
    if (paper.kind === 'doubt') {
      return (await compareDoubt(this.#files, this.#layout, paper))[0];
    }
    if (paper.kind === 'shred') {
      const leaves = (await this.#files.read(this.#layout.leaves(segment))) ?? new Uint8Array();
      if (hex(sha256(leaves)) !== paper.leaves) return 'its leaves are not as they were';
      const note = await destructionProblem({ files: this.#files, layout: this.#layout }, paper);
      // One that is missing may be due.
      if (note?.isMissing === false) return note.because;
      return endProblem(followLeaves(leaves, start), paper);
    }
    const digests = await digestFiles(this.#files, this.#layout.store(segment));
    const [change] = compareDigests(paper.files, digests);
    if (change !== undefined) return change;
    const { because, end } = await this.#judgeBlocks(segment, start);
    return because ?? endProblem(end, paper);
  }

  async #judgeBlocks(segment: number, from: Position | undefined): Promise<Judged> {
    const blocks = blocksOf(await this.#kv.readRaw(this.#layout.store(segment)));
    const [head] = blocks;
    const start = from ?? (head && { size: head.first, chain: head.chainBefore });
    let end = start;
    for (const block of blocks) {
      if (
        end === undefined ||
        block.first !== end.size ||
        !sameBytes(block.chainBefore, end.chain)
      ) {
        const because = `block ${block.first} does not follow the block before`;
        return { because, first: start?.size ?? 0, end };
      }
      const chain = chainAfter(end.chain, block.first, block.count, block.leaves);
      end = { size: block.first + block.count, chain };
    }
    return { first: start?.size ?? 0, end };
  }
}

const tampered = (segment: number, size: number, because: string): SegmentVerdict => ({
  segment,
  verdict: 'tampered',
  first: size,
  size,
  because,
});

const leadsTo = ({ size, chain }: Position, paper: Paper): boolean =>
  paper.first === size && paper.chainBefore === hex(chain);

function endProblem(end: Position | undefined, paper: Paper): string | undefined {
  const isThere =
    end !== undefined && end.size === paper.size && hex(end.chain) === paper.chainAfter;
  return isThere ? undefined : 'its blocks do not lead to its end';
}

function blocksOf({ entries }: RawStore): readonly BlockView[] {
  return entries.flatMap(({ key, value }) => {
    const block = parseStoreKey(key)?.kind === 'block' ? parseBlock(value) : undefined;
    return block === undefined ? [] : [block];
  });
}
