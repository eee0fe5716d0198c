/** Several lists as one, which is another list only when one of them is. */

/** @param lists each gives another list whenever something in it has changed */
export function joined<T>(...lists: readonly (() => readonly T[])[]): () => readonly T[] {
  let seen: readonly (readonly T[])[] = [];
  let whole: readonly T[] = [];
  return () => {
    const now = lists.map((list) => list());
    if (now.length !== seen.length || now.some((list, index) => list !== seen[index])) [seen, whole] = [now, now.flat()];
    return whole;
  };
}
