import { Empty } from '../empty.tsx';

export function ActorView() {
  return <Empty what="No such actor" />;
}
