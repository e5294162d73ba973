import { dirname, join } from 'node:path/posix';
import { type Finding, type House, oneFile, type Rule } from './rule.ts';
import { linesOf, type SourceFile } from './syntax.ts';

const isPage = ({ path }: SourceFile): boolean => path.endsWith('.md');

/** The lines of a page, those inside fences emptied, so that a comment in code is no title. */
export function proseLines(file: SourceFile): readonly string[] {
  let fence = '';
  return linesOf(file).map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (mark !== '' && (fence === '' || mark.startsWith(fence))) {
      fence = fence === '' ? mark : '';
      return '';
    }
    return fence === '' ? line : '';
  });
}

const titles: Rule = {
  name: 'every page has exactly one title',
  check: (house) =>
    house.filter(isPage).flatMap((file): Finding[] => {
      const at = proseLines(file).flatMap((line, index) => (/^# /.test(line) ? [index + 1] : []));
      if (at.length === 1) return [];
      return [{ path: file.path, line: at[1] ?? 1, found: `${at.length} titles` }];
    }),
  bad: [
    { files: oneFile('README.md', '# a\n\n## b\n\n# c\n'), finds: ['README.md:5'] },
    { files: oneFile('README.md', '```sh\n# a\n```\n'), finds: ['README.md:1'] },
  ],
  good: oneFile('README.md', '# a\n\n```sh\n# install\n```\n'),
};

const links: Rule = {
  name: 'every relative link of a page leads somewhere',
  check: (house) =>
    house.filter(isPage).flatMap((file) =>
      proseLines(file).flatMap((line, index): Finding[] =>
        targetsOf(line)
          .filter((target) => !leadsSomewhere(house, file, target))
          .map((target) => ({ path: file.path, line: index + 1, found: `dead link ${target}` })),
      ),
    ),
  bad: [
    {
      files: [
        { path: 'runtime/README.md', text: '# a\n[up](../ARCHITECTURE.md) [b](b.md)\n[c]: ./c.ts' },
        { path: 'ARCHITECTURE.md', text: '# b\n[gone](#gone) [here](#one-way-in)\n## One way in' },
      ],
      finds: ['runtime/README.md:2', 'runtime/README.md:3', 'ARCHITECTURE.md:2'],
    },
  ],
  good: [
    { path: 'README.md', text: '# a\n[x](https://example.org) [y](test/) `[z](gone.md)` [v](#a)' },
    { path: 'test/a.test.ts', text: '' },
  ],
};

/** The targets of the links in one line, inline code aside. */
function targetsOf(line: string): string[] {
  const bare = line.replace(/`[^`]*`/g, '');
  const inline = [...bare.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map((found) => found[1] ?? '');
  const reference = /^\[[^\]]+\]:\s*(\S+)/.exec(bare)?.[1];
  return reference === undefined ? inline : [...inline, reference];
}

function leadsSomewhere(house: House, from: SourceFile, target: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return true;
  const [place = '', anchor] = target.split('#');
  const path = place === '' ? from.path : join(dirname(from.path), place).replace(/\/$/, '');
  const page = house.find((file) => file.path === path);
  if (page === undefined) return house.some((file) => file.path.startsWith(`${path}/`));
  if (anchor === undefined || !isPage(page)) return true;
  return proseLines(page).some((line) => slugOf(line) === anchor);
}

/** The anchor that a heading gets on a code host. */
function slugOf(line: string): string | undefined {
  const heading = /^#+ (.*)$/.exec(line)?.[1];
  return heading
    ?.toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

const traces = /(^|[^\w.])\/(home|root|work|Users)\/\w|"resolved": "https?:/;

const portable: Rule = {
  name: 'no file names a machine or a registry',
  check: (house) =>
    house.flatMap((file) =>
      linesOf(file).flatMap((line, index): Finding[] => {
        const found = traces.exec(line)?.[0];
        return found === undefined ? [] : [{ path: file.path, line: index + 1, found }];
      }),
    ),
  bad: [
    { files: oneFile('README.md', `# a\nsee ${'/home'}/me/a`), finds: ['README.md:2'] },
    { files: oneFile('runtime/a.ts', `read('${'/root'}/a');`), finds: ['runtime/a.ts:1'] },
    {
      files: oneFile('package-lock.json', `{ ${'"resolved"'}: "https://example.org/a.tgz" }`),
      finds: ['package-lock.json:1'],
    },
  ],
  good: oneFile('README.md', '# a\nsee ./work/a, test/home/a and https://example.org/home/a'),
};

export const pageRules: readonly Rule[] = [titles, links, portable];
