/** Time at the bottom of every view. */
export function TimelineBar() {
  return null;
}
