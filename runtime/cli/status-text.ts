const CHILDREN_MAX = 200;

/** What a process says of itself, in lines. It may say anything: what is missing stays out. */
export function statusText(status: unknown): string {
  const { name, time, health, modes, tree, breakers, queues, audit, peers, ledger, deadLetters } =
    Object(status);
  const { status: how, isReady } = Object(health);
  return [
    `${told(name)}  ${told(how)}  ${isReady === true ? 'ready' : 'not ready'}  ${told(time)}`,
    ...section('modes', entriesOf(modes).map(modeLine)),
    ...section('checks', entriesOf(Object(health).checks).map(checkLine)),
    ...section('breakers', breakerLines(breakers)),
    ...section('queues', queueLines(queues)),
    ...section('audit', [fieldsOf(audit, ['mode', 'size', 'unanchored', 'freeBytes', 'because'])]),
    ...section('peers', peerLines(peers, ledger)),
    ...section('dead letters', letterLines(deadLetters)),
    ...section('tree', treeLines(tree)),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  const said = lines.filter((line) => line !== '');
  return said.length === 0 ? [] : ['', title, ...said.map((line) => `  ${line}`)];
}

/** One line, whatever it is; of a fraction what matters. */
const told = (value: unknown): string =>
  String(typeof value === 'number' && !Number.isInteger(value) ? rounded(value) : value).replaceAll(
    '\n',
    ' ',
  );

const rounded = (value: number): number => Number(value.toPrecision(3));

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(Object(value));

function fieldsOf(value: unknown, names: readonly string[]): string {
  const fields: Readonly<Record<string, unknown>> = Object(value);
  return names
    .filter((name) => fields[name] !== undefined && fields[name] !== '')
    .map((name) => `${name} ${told(fields[name])}`)
    .join('  ');
}

const modeLine = ([of, standing]: readonly [string, unknown]): string =>
  `${told(of)} ${told(Object(standing).mode)}  ${fieldsOf(standing, ['because'])}`.trimEnd();

function checkLine([check, result]: readonly [string, unknown]): string {
  const { status, observed, because } = Object(result);
  const { value, unit } = Object(observed);
  const seen = observed === undefined ? '' : `  ${told(value)} ${told(unit)}`;
  const why = because === undefined ? '' : `  ${told(because)}`;
  return `${told(check)} ${told(status)}${seen}${why}`;
}

function breakerLines(breakers: unknown): readonly string[] {
  const { byGate, told: named } = Object(breakers);
  const counts = entriesOf(byGate).map(([gate, count]) => `${told(count)} ${told(gate)}`);
  return [
    counts.join('  '),
    ...listOf(named)
      .filter((each) => Object(each).gate !== 'admitting')
      .map((each) =>
        fieldsOf(each, ['name', 'gate', 'isIsolated', 'calls', 'failures', 'refused']),
      ),
  ];
}

function queueLines(queues: unknown): readonly string[] {
  const { mailboxes, audit } = Object(queues);
  return [
    `mailboxes  ${fieldsOf(mailboxes, ['waiting', 'actors', 'of'])}`,
    `audit  ${fieldsOf(audit, ['queued', 'spooled', 'lost'])}`,
  ];
}

function peerLines(peers: unknown, ledger: unknown): readonly string[] {
  const { connected, told: named } = Object(peers);
  return [
    `${told(connected)} connected  ${fieldsOf(ledger, ['heldBytes'])}`,
    ...listOf(named).map((peer) => fieldsOf(peer, ['id', 'address', 'level', 'trust', 'pingMs'])),
  ];
}

function letterLines(letters: unknown): readonly string[] {
  const { total, byReason, recent } = Object(letters);
  const counts = entriesOf(byReason).map(([reason, count]) => `${told(reason)} ${told(count)}`);
  const last = listOf(recent).slice(-3);
  return [
    [`${told(total)} in all`, ...counts].join('  '),
    ...last.map((letter) => fieldsOf(letter, ['subject', 'reason', 'type'])),
  ];
}

/** Each floor is indented below the one above. */
function treeLines(root: unknown): readonly string[] {
  const lines: string[] = [];
  const open = listOf(Object(root).children).map((child) => ({ child, depth: 0 }));
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (lines.length >= CHILDREN_MAX) return [...lines, 'and more'];
    const { child, depth } = next;
    const { id, state, children, more } = Object(child);
    const rest = fieldsOf(child, ['incarnation', 'restarts', 'waiting']);
    lines.push(`${'  '.repeat(Math.min(depth, 32))}${told(id)}  ${told(state)}  ${rest}`);
    if (Number(more) > 0) lines.push(`${'  '.repeat(depth + 1)}and ${told(more)} more`);
    open.unshift(...listOf(children).map((each) => ({ child: each, depth: depth + 1 })));
  }
  return lines;
}
