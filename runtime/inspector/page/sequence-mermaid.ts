import type { Loop, Scene, Sequence } from './sequence.ts';

const TEXT_MAX = 120;

/** As text for Mermaid, which draws it elsewhere. */
export function sequenceMermaid({ cast, scenes, earlier }: Sequence): string {
  const hasOutside = [...flat(scenes)].some(
    (scene) => scene.is === 'arrow' && scene.from === undefined,
  );
  const names = [...(hasOutside ? ['outside'] : []), ...cast];
  const ids = new Map(cast.map((name, at) => [name, `p${at}`] as const));
  const idOf = (name: string | undefined) => (name === undefined ? 'outside' : ids.get(name));
  const all = names.length < 2 ? 'p0' : `${idOf(cast[0])},${idOf(cast.at(-1))}`;
  const draw = (scene: Scene): string => {
    const told = `${timesText(scene)} ${scene.text}`;
    if (scene.is === 'note') {
      const over = scene.at === undefined ? all : idOf(scene.at);
      return `Note over ${over}: ${escaped(told)}`;
    }
    const then = scene.into === undefined ? '' : `, then ${scene.into}`;
    const sign = scene.isCause ? '-->>' : '->>';
    return `${idOf(scene.from)}${sign}${idOf(scene.to)}: ${escaped(`${told}${then}`)}`;
  };
  return [
    'sequenceDiagram',
    ...(hasOutside ? ['    actor outside'] : []),
    ...cast.map((name) => `    participant ${idOf(name)} as ${escaped(name)}`),
    ...(earlier > 0 ? [`    Note over ${all}: ${earlier} earlier steps are left out`] : []),
    ...scenes.flatMap((scene) => {
      if (scene.is !== 'loop') return [`    ${draw(scene)}`];
      const inner = scene.scenes.map((each) => `        ${draw(each)}`);
      return [`    loop ${scene.times} times`, ...inner, '    end'];
    }),
    '',
  ].join('\n');
}

function* flat(scenes: readonly (Scene | Loop)[]): Generator<Scene> {
  for (const scene of scenes) {
    if (scene.is === 'loop') yield* scene.scenes;
    else yield scene;
  }
}

/** When: at one moment, from its sending to its handling, or from the first to the last of many. */
export function timesText(scene: Scene): string {
  const at = round(scene.atMs);
  if (scene.times > 1) {
    const until = scene.lastMs > scene.atMs ? `–${round(scene.lastMs)}` : '';
    return `${at}${until} ms, ×${scene.times}`;
  }
  if (scene.is === 'arrow' && scene.handledMs !== undefined) {
    return `${at}→${round(scene.handledMs)} ms`;
  }
  return `${at} ms`;
}

const round = (ms: number): string => `${Math.round(ms)}`;

const entities: Readonly<Record<string, string>> = {
  '#': '#35;',
  ';': '#59;',
  ':': '#58;',
  '<': '#lt;',
  '>': '#gt;',
};

/** One line; what Mermaid would take for its own syntax is written as an entity. */
function escaped(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const short = line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}…` : line;
  const safe = short.replace(/[#;:<>]/g, (sign) => entities[sign] ?? sign);
  if (safe === '') return '(nameless)';
  // Whoever is called so would end the diagram.
  return /^end$/i.test(safe) ? `${safe}.` : safe;
}
