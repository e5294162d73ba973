import type { JSX } from 'preact';
import type { PanelName } from '../protocol.ts';
import type { IconName } from './icon.tsx';
import { ActorView } from './views/actor.tsx';
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
    ...{ name: 'sequence', title: 'Sequence', key: 's', icon: 'sequence', ends: true },
    ...{ panels: [], Show: SequenceView },
  },
];
