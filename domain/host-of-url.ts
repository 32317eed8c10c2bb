/**
 * Host of a normalised URL, without parsing it: `https://` or `http://`, then the host up to the
 * first `/`, `?` or the end. Cheap enough for every URL of a request inside a workflow.
 */
export function hostOfUrl(url: string): string {
  const start = url.indexOf('//') + 2;
  const slash = url.indexOf('/', start);
  const host = url.slice(start, slash === -1 ? url.length : slash);
  const query = host.indexOf('?');
  return query === -1 ? host : host.slice(0, query);
}
