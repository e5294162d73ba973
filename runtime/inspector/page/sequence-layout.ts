import { duration } from './sentences.ts';
import type { Arrow, Loop, Note, Scene, Sequence } from './sequence.ts';
import { timesText } from './sequence-mermaid.ts';

/** Where all is drawn, in pixels. */
export interface SequenceLayout {
  readonly width: number;
  readonly height: number;
  readonly heads: readonly { readonly name: string; readonly label: string; readonly x: number }[];
  readonly rows: readonly Row[];
  readonly frames: readonly {
    readonly y: number;
    readonly height: number;
    readonly label: string;
  }[];
}

interface Place {
  readonly y: number;
  /** When, as text. */
  readonly when: string;
  readonly label: string;
}

export type Row =
  | (Place & {
      readonly is: 'arrow';
      readonly scene: Arrow;
      readonly x1: number;
      readonly x2: number;
    })
  | (Place & {
      readonly is: 'note';
      readonly scene: Note;
      readonly x: number;
      readonly width: number;
    });

export const HEAD_HEIGHT = 52;
const WHEN_WIDTH = 92;
const COLUMN_MIN = 132;
const COLUMN_MAX = 300;
const ROW_HEIGHT = 36;
const CHAR_WIDTH = 6.6;
const NOTE_PADDING = 16;
const FRAME_GAP = 18;

const widthOf = (text: string): number => [...text].length * CHAR_WIDTH;

/** As much of a text as has room. */
export function fitted(text: string, width: number): string {
  const signs = [...text];
  const room = Math.max(3, Math.floor(width / CHAR_WIDTH));
  return signs.length <= room ? text : `${signs.slice(0, room - 1).join('')}…`;
}

/** The end of a path says most. */
function fittedPath(path: string, width: number): string {
  const signs = [...path];
  const room = Math.max(3, Math.floor(width / CHAR_WIDTH));
  return signs.length <= room ? path : `…${signs.slice(1 - room).join('')}`;
}

/** `room` is how wide it may be without need; `whenOf` tells when a scene was, in short. */
export function layoutOf(
  { cast, scenes }: Sequence,
  room = 0,
  whenOf: (scene: Scene) => string = timesText,
): SequenceLayout {
  const longest = Math.max(0, ...cast.map(widthOf)) + 2 * NOTE_PADDING;
  const free = (room - WHEN_WIDTH) / Math.max(1, cast.length);
  const column = Math.min(COLUMN_MAX, Math.max(COLUMN_MIN, longest, free));
  const xOf = new Map(cast.map((name, at) => [name, WHEN_WIDTH + column * (at + 0.5)] as const));
  const width = WHEN_WIDTH + column * Math.max(1, cast.length);
  const rows: Row[] = [];
  const frames: { y: number; height: number; label: string }[] = [];
  let y = HEAD_HEIGHT + ROW_HEIGHT / 2;
  const add = (scene: Scene): void => {
    rows.push(rowOf(scene, y, { column, width, xOf, whenOf }));
    y += ROW_HEIGHT;
  };
  for (const scene of scenes) {
    if (scene.is !== 'loop') add(scene);
    else {
      frames.push(frameOf(scene, y));
      y += FRAME_GAP;
      for (const inner of scene.scenes) add(inner);
      y += FRAME_GAP / 2;
    }
  }
  const heads = cast.map((name) => ({
    name,
    label: fittedPath(name, column - NOTE_PADDING),
    x: xOf.get(name) ?? 0,
  }));
  return { width, height: y, heads, rows, frames };
}

interface Grid {
  readonly column: number;
  readonly width: number;
  readonly xOf: ReadonlyMap<string, number>;
  readonly whenOf: (scene: Scene) => string;
}

function rowOf(scene: Scene, y: number, { column, width, xOf, whenOf }: Grid): Row {
  const when = whenOf(scene);
  const times = scene.times > 1 ? ` ×${scene.times}` : '';
  if (scene.is === 'note') {
    const room = scene.at === undefined ? width - WHEN_WIDTH : column;
    const label = fitted(`${scene.text}${times}`, room - NOTE_PADDING);
    const drawn = Math.min(room - 8, widthOf(label) + NOTE_PADDING);
    const middle = xOf.get(scene.at ?? '') ?? (WHEN_WIDTH + width) / 2;
    return { is: 'note', scene, y, when, label, x: middle - drawn / 2, width: drawn };
  }
  const x2 = xOf.get(scene.to) ?? 0;
  const x1 = scene.from === undefined ? x2 - column / 2 + 6 : (xOf.get(scene.from) ?? x2);
  const room = x1 === x2 ? column / 2 : Math.abs(x2 - x1);
  const then = scene.into === undefined ? '' : ` → ${scene.into}`;
  const took = scene.handledMs === undefined ? '' : `, ${duration(scene.handledMs - scene.atMs)}`;
  const label = fitted(`${scene.text}${times}${then}${took}`, room - 12);
  return { is: 'arrow', scene, y, when, label, x1, x2 };
}

const frameOf = ({ scenes, times }: Loop, y: number) => ({
  y: y - ROW_HEIGHT / 2 + 2,
  height: scenes.length * ROW_HEIGHT + FRAME_GAP,
  label: `${times} times`,
});
