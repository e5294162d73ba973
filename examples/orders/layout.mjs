/** @typedef {import('./sentence.mjs').Tone} Tone */
/**
 * One line of the timeline before it is laid out. `depth` counts the causes it stands under.
 * @typedef {{ atMs: number, depth: number, tone: Tone, subject: string, text: string }} Line
 */
/** @typedef {{ width: number, isColored: boolean }} Look */

const SUBJECT_COLUMNS = 16;
const INDENT_COLUMNS = 2;
const DEPTH_MAX = 3;

/** @type {Readonly<Record<Tone, { glyph: string, color: number }>>} */
const tones = {
  act: { glyph: '▸', color: 35 },
  start: { glyph: '○', color: 36 },
  fail: { glyph: '✖', color: 31 },
  decide: { glyph: '↻', color: 33 },
  back: { glyph: '●', color: 32 },
  open: { glyph: '⊘', color: 31 },
  probe: { glyph: '◐', color: 33 },
  move: { glyph: '→', color: 34 },
  call: { glyph: '◇', color: 39 },
  quiet: { glyph: '·', color: 90 },
};

/**
 * @param {string} text
 * @param {number} color of SGR
 * @param {Look} look
 */
export function paint(text, color, { isColored }) {
  return isColored ? `\u001b[${color}m${text}\u001b[39m` : text;
}

/**
 * A line as text: elapsed seconds, glyph and subject under their cause, and the sentence, wrapped
 * under itself.
 * @param {Line} line
 * @param {Look} look
 */
export function layOut({ atMs, depth, tone, subject, text }, look) {
  const indent = ' '.repeat(Math.min(depth, DEPTH_MAX) * INDENT_COLUMNS);
  const time = (atMs / 1_000).toFixed(3).padStart(8);
  const { glyph, color } = tones[tone];
  const name = subject.padEnd(SUBJECT_COLUMNS - indent.length - 2);
  const head = `${time}  ${indent}${glyph} ${name} `;
  const [first = '', ...rest] = wrap(text, look.width - head.length);
  const painted = `${paint(time, 90, look)}  ${indent}${paint(`${glyph} ${name}`, color, look)} `;
  return [painted + first, ...rest.map((part) => ' '.repeat(head.length) + part)].join('\n');
}

/**
 * @param {string} title
 * @param {Look} look
 */
export function layOutHeading(title, look) {
  const rule = '─'.repeat(Math.max(0, look.width - title.length - 4));
  return `\n${paint(`── ${title} ${rule}`, 36, look)}`;
}

const TIME_COLUMNS = 10;
const GAP = ' │ ';

/**
 * Two columns beside each other, under the subjects; what is too long for its column goes on below.
 * @param {readonly string[]} left its heading, and its lines
 * @param {readonly string[]} right
 * @param {Look} look
 */
export function layOutBeside(left, right, look) {
  const columns = Math.floor((look.width - TIME_COLUMNS - GAP.length) / 2);
  const rows = [left, right].map((lines) =>
    lines.flatMap((line) =>
      wrap(line, columns - 2).map((part, index) => (index === 0 ? part : `  ${part}`)),
    ),
  );
  const [near = [], far = []] = rows;
  const height = Math.max(near.length, far.length);
  return Array.from({ length: height }, (_, row) => {
    const text = `${(near[row] ?? '').padEnd(columns)}${GAP}${far[row] ?? ''}`;
    const line = `${' '.repeat(TIME_COLUMNS)}${text}`.trimEnd();
    return row === 0 ? paint(line, 36, look) : line;
  }).join('\n');
}

/**
 * Words in lines of at most `columns`; a longer word keeps a line to itself.
 * @param {string} text
 * @param {number} columns
 */
export function wrap(text, columns) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
