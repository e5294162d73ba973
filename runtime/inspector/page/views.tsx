import type { JSX } from 'preact';
import type { PanelName } from '../protocol.ts';
import type { IconName } from './icon.tsx';
import { ActorView } from './views/actor.tsx';
import { AuditView } from './views/audit.tsx';
import { BreakersView } from './views/breakers.tsx';
import { ExplainView } from './views/explain.tsx';
import { HealthView } from './views/health.tsx';
import { LettersView } from './views/letters.tsx';
import { ModesView } from './views/modes.tsx';
import { PeersView } from './views/peers.tsx';
import { SandboxesView } from './views/sandboxes.tsx';
import { SequenceView } from './views/sequence.tsx';
import { TimelineView } from './views/timeline.tsx';
import { TreeView } from './views/tree.tsx';

export interface View {
  /** As addresses have it. */
  readonly name: string;
  readonly title: string;
  /** Goes to it, after `g`. None is a view that something leads to. */
  readonly key?: string;
  readonly icon: IconName;
  /** What it asks the runtime to tell while it is open. */
  readonly panels: readonly PanelName[];
  readonly Show: () => JSX.Element;
  /** A gap follows it in the navigation. */
  readonly ends?: boolean;
}

export const views: readonly View[] = [
  { name: 'tree', title: 'Actors', key: 'a', icon: 'tree', panels: [], Show: TreeView },
  { name: 'actor', title: 'Actor', icon: 'tree', panels: [], Show: ActorView },
  {
    ...{ name: 'timeline', title: 'Timeline', key: 't', icon: 'timeline' },
    ...{ panels: [], Show: TimelineView },
  },
  {
    ...{ name: 'sequence', title: 'Sequence', key: 's', icon: 'sequence' },
    ...{ panels: [], Show: SequenceView },
  },
  {
    ...{ name: 'explain', title: 'Why', key: 'w', icon: 'explain', ends: true },
    ...{ panels: [], Show: ExplainView },
  },
  {
    ...{ name: 'modes', title: 'Modes', key: 'm', icon: 'modes' },
    ...{ panels: ['modes'], Show: ModesView },
  },
  {
    ...{ name: 'health', title: 'Health', key: 'h', icon: 'health', ends: true },
    ...{ panels: ['health'], Show: HealthView },
  },
  {
    ...{ name: 'breakers', title: 'Breakers', key: 'b', icon: 'breakers' },
    ...{ panels: ['breakers'], Show: BreakersView },
  },
  {
    ...{ name: 'peers', title: 'Peers', key: 'p', icon: 'peers' },
    ...{ panels: ['peers'], Show: PeersView },
  },
  {
    ...{ name: 'sandboxes', title: 'Sandboxes', key: 'v', icon: 'sandboxes', ends: true },
    ...{ panels: ['sandboxes'], Show: SandboxesView },
  },
  {
    ...{ name: 'audit', title: 'Audit', key: 'l', icon: 'audit' },
    ...{ panels: ['audit'], Show: AuditView },
  },
  {
    ...{ name: 'letters', title: 'Dead letters', key: 'd', icon: 'letters' },
    ...{ panels: ['letters'], Show: LettersView },
  },
];
