/**
 * Maps items with at most `limit` calls in flight, keeping their order.
 *
 * @throws whatever the first failing call threw; calls in flight are not waited for.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const lanes = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [index, item] of entries) results[index] = await map(item, index);
  });
  await Promise.all(lanes);
  return results;
}
