import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../../runtime/world/memory-files.ts';
import { FragileFiles } from '../fragile-files.ts';
import { MortalFiles } from '../mortal-files.ts';
import { requestFor, said, witnessOver } from '../witness.fixture.ts';

describe('how far a witness has seen a log come', () => {
  it('is never rolled back by a request that was checked beside another', async () => {
    const witness = witnessOver();
    await witness.add(requestFor(0, 3));
    const both = [requestFor(3, 9), requestFor(3, 5)].map((body) => witness.add(body));
    const answers = (await Promise.all(both)).map(said);
    expect(answers).toEqual([expect.stringMatching(/^200 /), '409 9']);
  });

  it('is known after a restart, however the process ended', async () => {
    const sizes = [1, 2, 5, 9];
    for (const death of ['amid it', 'after it', 'never, it fails'] as const) {
      for (let dieAt = 1; dieAt <= 2 * sizes.length; dieAt++) {
        const files = Object.assign(new MortalFiles(), { death, dieAt });
        const witness = witnessOver(files);
        let cosigned = 0;
        for (const size of sizes) {
          const answer = await witness.add(requestFor(cosigned, size)).catch(() => undefined);
          if (answer?.status === 200) cosigned = size;
        }
        files.revive();
        const [, known] = said(await witnessOver(files).add(requestFor(7, 7))).split(' ');
        expect(Number(known), `${death} ${dieAt}`).toBeGreaterThanOrEqual(cosigned);
      }
    }
  });

  it('is on the disk before the cosignature leaves', async () => {
    const files = new FragileFiles();
    files.wholeWrites = 0;
    const witness = witnessOver(files);
    await expect(witness.add(requestFor(0, 5))).rejects.toThrow('torn');
    expect(said(await witness.add(requestFor(0, 9)))).toMatch(/^200 /);
  });

  it('is written again, if it is not sure to be on the disk', async () => {
    const files = new (class extends MemoryFiles {
      replaced = 0;
      override async replace(path: string, bytes: Uint8Array): Promise<void> {
        await super.replace(path, bytes);
        this.replaced += 1;
        if (this.replaced === 2) throw new Error('the directory is not durable');
      }
    })();
    const witness = witnessOver(files);
    await witness.add(requestFor(0, 5));
    await expect(witness.add(requestFor(5, 9))).rejects.toThrow('not durable');
    expect(said(await witness.add(requestFor(5, 9)))).toBe('409 9');
    for (let n = 0; n < 3; n++) await witness.add(requestFor(9, 9));
    expect(files.replaced).toBe(3);
  });

  it('is not begun anew when it is damaged', async () => {
    const files = new MemoryFiles();
    await witnessOver(files).add(requestFor(0, 5));
    const [name] = (await files.list('/witness')) ?? [];
    await files.overwrite(`/witness/${name}`, 15, Uint8Array.of(4));
    await expect(witnessOver(files).add(requestFor(0, 9))).rejects.toMatchObject({
      code: 'CORRUPT',
      message: `/witness/${name} is not what the witness wrote`,
    });
  });
});
