/**
 * Parts of a page are made, not written: what stands between `<!-- name -->` and `<!-- /name -->`.
 * `npm run docs` makes them anew.
 */
export interface Section {
  readonly name: string;
  make(): string;
}

const between = (name: string): RegExp =>
  new RegExp(`(<!-- ${name} -->)([\\s\\S]*?)(<!-- /${name} -->)`);

/** What stands in the section now; undefined if the page has no such section. */
export const sectionOf = (page: string, name: string): string | undefined =>
  between(name).exec(page)?.[2]?.trim();

export const withSections = (page: string, sections: readonly Section[]): string =>
  sections.reduce(
    (text, { name, make }) =>
      text.replace(between(name), (_all, open, _old, close) => `${open}\n\n${make()}\n\n${close}`),
    page,
  );

/** The code blocks of a page in one language, each with the line it begins at. */
export function codeBlocks(page: string, language: string): { line: number; code: string }[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, tag]) => tag === language)
    .map(({ index, 2: code = '' }) => ({ line: page.slice(0, index).split('\n').length, code }));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
