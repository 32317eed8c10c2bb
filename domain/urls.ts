/** URLs as callers write them, and as they are fetched. */

import { MAXIMUM_INVALIDATION_PATH_CHARACTERS, invalidationPathOf } from './invalidation-path.ts';

/** CloudFront refuses longer ones with 413 (Developer Guide, "Quotas"). */
const MAXIMUM_URL_BYTES = 8_192;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };
const PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const DOMAIN_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+$/;
const IPV4 = /^[\d.]+$/;
/** In a query string only what a request line can't hold is percent-encoded. */
const NOT_IN_QUERY = /[ "<>]|[\u0080-\u{10ffff}]+/gu;

/** A URL that can be fetched, or the rule it breaks. */
export type NormalisedUrl =
  | { readonly ok: true; readonly url: string; readonly host: string }
  | { readonly ok: false; readonly rule: string };

/**
 * Brings a URL into the form in which it is fetched and compared.
 *
 * White space around it and its fragment are dropped, host and scheme put in lower case (IDN hosts in
 * Punycode, a dot at the end dropped), the default port dropped, dot segments resolved as browsers do,
 * spaces and parentheses of the path percent-encoded. The query string stays byte for byte, but for
 * characters that no request line can hold. CloudFront serves viewers on ports 80 and 443 only, so
 * other ports are refused, as are user names, addresses in place of domain names, and control characters.
 */
export function normaliseUrl(text: string): NormalisedUrl {
  const trimmed = text.trim();
  if (trimmed === '') return refused('must not be empty');
  if (trimmed.length > MAXIMUM_URL_BYTES) return tooLong(trimmed.length);
  if (CONTROL.test(trimmed)) return refused('must not hold control characters');
  if (LONE_SURROGATE.test(trimmed)) return refused('must be well-formed Unicode');
  const parts = PARTS.exec(trimmed);
  if (parts === null) return refused('must begin with http:// or https://');
  const [, scheme = '', authority = '', path = '', query = ''] = parts;

  const host = normaliseAuthority(scheme.toLowerCase(), authority);
  if (!host.ok) return host;
  const url = `${scheme.toLowerCase()}://${host.host}${normalisePath(path)}${encodeQuery(query)}`;
  return url.length > MAXIMUM_URL_BYTES ? tooLong(url.length) : { ok: true, url, host: host.host };
}

/** The rule that a normalised URL breaks when it is to be invalidated; undefined when it breaks none. */
export function invalidationRuleBrokenBy(url: string): string | undefined {
  const path = invalidationPathOf(url);
  if (path.endsWith('*')) {
    return 'must not end with * when need_invalidate is true: it would invalidate every path that begins so';
  }
  if (path.length > MAXIMUM_INVALIDATION_PATH_CHARACTERS) {
    return `must have a path of at most ${MAXIMUM_INVALIDATION_PATH_CHARACTERS} characters when need_invalidate is true; it has ${path.length}`;
  }
  return undefined;
}

type Host =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly rule: string };

function normaliseAuthority(scheme: string, authority: string): Host {
  if (authority === '') return refused('must name a host');
  if (authority.includes('@')) return refused('must not hold a user name or password');
  const [, name = '', port = ''] = /^(.*?)(?::(\d*))?$/.exec(authority) ?? [];
  if (port !== '' && String(Number(port)) !== DEFAULT_PORTS[scheme]) {
    return refused(
      `must use port ${DEFAULT_PORTS[scheme]}, the only one CloudFront serves for ${scheme}; not ${port}`,
    );
  }
  const host = parse(`https://${name}/`)?.hostname.replace(/\.$/, '') ?? '';
  if (IPV4.test(host) || host.startsWith('[')) return refused('must name a domain, not an address');
  if (!DOMAIN_NAME.test(host))
    return refused(`must name a domain such as www.example.com, not ${name}`);
  return { ok: true, host };
}

function normalisePath(path: string): string {
  const resolved = parse(`https://a.invalid${path}`)?.pathname ?? '/';
  return resolved.replaceAll('(', '%28').replaceAll(')', '%29');
}

function encodeQuery(query: string): string {
  return query.replace(NOT_IN_QUERY, (text) => encodeURIComponent(text));
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function tooLong(length: number): { readonly ok: false; readonly rule: string } {
  return refused(`must have at most ${MAXIMUM_URL_BYTES} bytes; it has ${length}`);
}

function refused(rule: string): { readonly ok: false; readonly rule: string } {
  return { ok: false, rule };
}
