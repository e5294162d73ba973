import { Empty } from '../empty.tsx';

export function TreeView() {
  return <Empty what="No actors yet" />;
}
