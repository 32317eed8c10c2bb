/**
 * Compiles a pattern in which `*` stands for any run of characters, to a test of whole texts.
 *
 * CloudFront's path patterns give `?` a meaning too (any one character); patterns over whole URLs
 * don't, because there `?` starts the query string.
 */
export function compilePattern(
  pattern: string,
  { questionMark = false }: { questionMark?: boolean } = {},
): (text: string) => boolean {
  if (pattern === '*') return () => true;
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll(String.raw`\?`, questionMark ? '.' : String.raw`\?`);
  const expression = new RegExp(`^${escaped}$`, 's');
  return (text) => expression.test(text);
}
