import { lineAt, type Node, nodesOf, type SourceFile, syntaxOf } from './syntax.ts';

export type House = readonly SourceFile[];

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly found: string;
}

/** A rule of the house. It is pure, and carries the proof that it can fail. */
export interface Rule {
  /** A sentence that is true of a tidy house. */
  readonly name: string;
  check(house: House): readonly Finding[];
  /** Houses that break the rule, each with the `path:line` of every finding, in order. */
  readonly bad: readonly { readonly files: House; readonly finds: readonly string[] }[];
  /** A house that keeps the rule, though a careless check would object. */
  readonly good?: House;
}

export const shippedRooms = ['machines/', 'storage/', 'actors/', 'runtime/'] as const;

export const isShipped = ({ path }: SourceFile): boolean =>
  /(?<!\.d)\.(tsx?|mjs)$/.test(path) && shippedRooms.some((room) => path.startsWith(room));

/** A check that looks at one syntax node at a time and says what is wrong with it, if anything. */
export function nodeCheck(
  applies: (file: SourceFile) => boolean,
  look: (node: Node, around: readonly Node[], file: SourceFile) => string | undefined,
): Rule['check'] {
  return (house) =>
    house.filter(applies).flatMap((file) => {
      const findings: Finding[] = [];
      for (const [node, around] of nodesOf(syntaxOf(file).root)) {
        const found = look(node, around, file);
        if (found !== undefined) {
          findings.push({ path: file.path, line: lineAt(file, node.start), found });
        }
      }
      return findings;
    });
}

/** A check that looks for patterns in comments. */
export function commentCheck(
  applies: (file: SourceFile) => boolean,
  pattern: RegExp,
): Rule['check'] {
  return (house) =>
    house.filter(applies).flatMap((file) =>
      syntaxOf(file).comments.flatMap(({ start, text }) => {
        const found = pattern.exec(text);
        if (!found) return [];
        return [{ path: file.path, line: lineAt(file, start + found.index), found: found[0] }];
      }),
    );
}

/** A house of one file. */
export const oneFile = (path: string, text: string): House => [{ path, text }];
