/**
 * Host of a normalised URL, without parsing it: `https://` or `http://`, then the host up to the
 * first `/`, `?` or the end. Cheap enough for every URL of a request inside a workflow.
 */
export function hostOfUrl(url: string): string {
  const start = url.indexOf('//') + 2;
  for (let at = start; at < url.length; at += 1) {
    const character = url[at];
    if (character === '/' || character === '?') return url.slice(start, at);
  }
  return url.slice(start);
}
