import { invalidationPathOf, invalidationPriceUsd } from './invalidation-path.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { invalidationRuleBrokenBy, normaliseUrl } from './urls.ts';

/** The URLs of a request: fit to be fetched, each once, or told apart from the bad ones. */
export type CheckedUrls = {
  readonly urls: readonly string[];
  readonly problems: readonly Problem[];
  /** Bad URLs as written, each once. */
  readonly errorUrls: readonly string[];
  readonly warnings: readonly string[];
};

/** Normalises the entries of `url_list` and drops duplicates. */
export function checkUrls(written: readonly unknown[], needInvalidate: boolean): CheckedUrls {
  const urls = new Set<string>();
  const errorUrls = new Set<string>();
  const problems: Problem[] = [];
  let good = 0;
  for (const [index, value] of written.entries()) {
    const checked = checkUrl(value, needInvalidate);
    if ('url' in checked) {
      urls.add(checked.url);
      good += 1;
    } else {
      problems.push(problemOf({ field: `url_list[${index}]`, rule: checked.rule, value }));
      if (typeof value === 'string') errorUrls.add(value);
    }
  }
  const duplicates = good - urls.size;
  return {
    urls: [...urls],
    problems,
    errorUrls: [...errorUrls],
    warnings: duplicates === 0 ? [] : [duplicatesWarning(duplicates)],
  };
}

function duplicatesWarning(duplicates: number): string {
  const entries = duplicates === 1 ? '1 entry repeats' : `${duplicates} entries repeat`;
  return `url_list: ${entries} a URL of the list; each URL is warmed once`;
}

/** The problem of more invalidation paths than allowed, with their price. */
export function checkInvalidation(
  urls: readonly string[],
  maximumPaths: number,
): readonly Problem[] {
  const paths = new Set(urls.map((url) => `${new URL(url).host}${invalidationPathOf(url)}`)).size;
  if (paths <= maximumPaths) return [];
  const rule =
    `may invalidate at most ${maximumPaths} paths here (MAX_INVALIDATION_PATHS); these URLs are ${paths} paths, ` +
    `which cost about ${invalidationPriceUsd(paths).toFixed(2)} US dollars. Split the request, or ask the operator`;
  return [problemOf({ field: 'need_invalidate', rule })];
}

function checkUrl(
  value: unknown,
  needInvalidate: boolean,
): { readonly url: string } | { readonly rule: string } {
  if (typeof value !== 'string') return { rule: 'must be text' };
  const normalised = normaliseUrl(value);
  if (!normalised.ok) return normalised;
  const rule = needInvalidate ? invalidationRuleBrokenBy(normalised.url) : undefined;
  return rule === undefined ? { url: normalised.url } : { rule };
}
