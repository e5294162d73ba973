import { signal } from '@preact/signals';
import type { PeersPanel, ToldPeer } from '../../panel-shapes.ts';
import { Badge, type Tone } from '../badge.tsx';
import { CommandButton } from '../command-dialog.tsx';
import { Empty } from '../empty.tsx';
import { whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { Panel } from '../panel.tsx';
import { NotTold, told } from '../panel-or-facts.tsx';
import { duration } from '../sentences.ts';

const about =
  'Who is connected, how far each is trusted, and what each has cost. Trust is earned slowly ' +
  'and lost at once; a ban ends the connection.';

/** Where each level of trust begins. */
const bands = [
  ['untrusted', 0],
  ['basic', 31],
  ['verified', 51],
  ['privileged', 71],
  ['critical', 91],
] as const;

interface Column {
  readonly name: string;
  readonly title: string;
  readonly of: (peer: ToldPeer) => number;
  readonly text: (value: number) => string;
}

const bytes = (value: number): string => {
  if (value < 1024) return `${value} B`;
  const [units, size] = value < 1 << 20 ? ['KiB', value / 1024] : ['MiB', value / (1 << 20)];
  return `${Number(size.toFixed(size < 10 ? 1 : 0))} ${units}`;
};

const used =
  (...names: readonly string[]) =>
  ({ usage = {} }: ToldPeer): number =>
    names.reduce((sum, name) => sum + (usage[name] ?? 0), 0);

const columns: readonly Column[] = [
  { name: 'trust', title: 'Trust', of: ({ trust }) => trust, text: String },
  { name: 'ping', title: 'Ping', of: ({ pingMs = 0 }) => pingMs, text: duration },
  { name: 'bytes', title: 'Bytes', of: used('bytesIn', 'bytesOut'), text: bytes },
  { name: 'requests', title: 'Requests', of: used('requestsIn', 'requestsOut'), text: String },
  { name: 'crypto', title: 'Crypto CPU', of: used('cryptoMs'), text: duration },
  { name: 'handlers', title: 'Handler CPU', of: used('handlerMs'), text: duration },
  { name: 'held', title: 'Memory', of: used('heldBytes'), text: bytes },
];

const sortedBy = signal('trust');

export function PeersView() {
  const found = told('peers');
  return (
    <Page title="Peers" about={about}>
      {found === undefined ? <NotTold what="peers" /> : <Peers peers={found.data} />}
    </Page>
  );
}

function Peers({ peers }: { readonly peers: PeersPanel }) {
  const { connected, silent, away, id } = peers;
  const counts: readonly (readonly [string, number, Tone])[] = [
    ['connected', connected, 'good'],
    ['silent', silent, 'warn'],
    ['away', away, 'gone'],
  ];
  return (
    <>
      <div class="bar">
        {counts.map(([word, count, tone]) => (
          <Badge key={word} tone={count === 0 ? 'gone' : tone}>
            {count} {word}
          </Badge>
        ))}
        <span class="soft wraps">
          This runtime is {id === '' ? 'nobody: its identity keys are lost' : <code>{id}</code>}
        </span>
      </div>
      {peers.told.length === 0 ? (
        <Empty what="Nobody is connected">
          Peers come by the option network of createRuntime, and by rt.peers.connect.
        </Empty>
      ) : (
        <PeerTable peers={peers} />
      )}
      <Unban />
    </>
  );
}

const banned = signal('');

/** Whoever is banned is not here to be chosen. */
function Unban() {
  const target = banned.value.trim();
  const isNobody = target === '';
  return (
    <Panel title="Lift a ban">
      <div class="bar unban">
        <input
          type="text"
          aria-label="Who is banned"
          placeholder="Id of a peer, an address, or a range"
          value={banned.value}
          onInput={(event) => {
            banned.value = event.currentTarget.value;
          }}
        />
        <CommandButton
          command="peer.unban"
          target={target}
          label="Lift the ban"
          {...(isNobody && { not: 'Say first whose ban.' })}
        />
        <span class="soft">The audit log has who was banned, and why: peer.banned.</span>
      </div>
    </Panel>
  );
}

function PeerTable({ peers }: { readonly peers: PeersPanel }) {
  const by = columns.find(({ name }) => name === sortedBy.value) ?? columns[0];
  const told = by === undefined ? peers.told : peers.told.toSorted((a, b) => by.of(b) - by.of(a));
  return (
    <div class="panel table">
      <table>
        <thead>
          <tr>
            <th scope="col">Peer</th>
            {columns.map(({ name, title }) => (
              <th
                key={name}
                scope="col"
                class="number"
                aria-sort={name === sortedBy.value ? 'descending' : 'none'}
              >
                <button
                  type="button"
                  class="quiet sort"
                  onClick={() => {
                    sortedBy.value = name;
                  }}
                >
                  {title}
                  {name === sortedBy.value && ' ↓'}
                </button>
              </th>
            ))}
            <th scope="col">
              <span class="unseen">What may be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {told.map((peer) => (
            <PeerRow key={peer.id} peer={peer} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PeerRow({ peer }: { readonly peer: ToldPeer }) {
  const { id, address, dialled, connectedMs, pingMs } = peer;
  return (
    <tr>
      <td class="wide">
        <code title={id}>{id.length > 14 ? `${id.slice(0, 12)}…` : id}</code>
        <div class="soft">
          {dialled ? 'dialled' : 'came in'}, {address}, for {duration(connectedMs)}
        </div>
      </td>
      {columns.map(({ name, title, of, text }) => (
        <td key={name} class={`number mono ${name === 'trust' ? 'wide' : ''}`} data-of={title}>
          {name === 'trust' ? (
            <Trust peer={peer} />
          ) : name === 'ping' && pingMs === undefined ? (
            <span class="faint">none</span>
          ) : (
            text(of(peer))
          )}
        </td>
      ))}
      <td class="wide">
        <div class="bar">
          <a href={whyHref({ subject: id })}>Why</a>
          <CommandButton command="peer.ban" target={id} />
        </div>
      </td>
    </tr>
  );
}

/** Trust from 0 to 100, with where the levels begin. */
function Trust({ peer }: { readonly peer: ToldPeer }) {
  const { trust, level, sandboxedLevel, suspicion } = peer;
  const part = Math.min(100, Math.max(0, trust));
  const tone = level === 'untrusted' || level === 'banned' ? 'bad' : part < 51 ? 'warn' : 'good';
  return (
    <div class="trust" title={`Code that it sends runs as ${sandboxedLevel}`}>
      <span>
        {Number(trust.toFixed(1))} <span class="soft">{level}</span>
        {suspicion !== 'clear' && <span class="soft"> · {suspicion}</span>}
      </span>
      <svg
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        role="img"
        aria-label={`Trust ${Math.round(trust)} of 100, ${level}`}
      >
        <rect class="ground" width="100" height="6" />
        <rect class={tone} width={part} height="6" />
        {bands.slice(1).map(([name, from]) => (
          <rect key={name} class="band" x={from} width="0.8" height="6" />
        ))}
      </svg>
    </div>
  );
}
