import { hostOfUrl } from './host-of-url.ts';

/** The hosts of a request's URLs, each URL looked at once. */
export class UrlHosts {
  readonly #hosts: string[] = [];
  /** Index of its host by row. */
  readonly #hostOfRow: Int32Array;

  /** @param urls normalised, by row. */
  constructor(urls: readonly string[]) {
    this.#hostOfRow = new Int32Array(urls.length);
    const numbers = new Map<string, number>();
    let origin: string | undefined;
    let number = 0;
    for (let row = 0; row < urls.length; row += 1) {
      const url = urls[row] ?? '';
      // Most URLs have the host of the one before, and to compare is cheaper than to cut it out.
      if (origin === undefined || !url.startsWith(origin)) {
        const host = hostOfUrl(url);
        number = numbers.get(host) ?? this.#hosts.push(host) - 1;
        numbers.set(host, number);
        origin = originOfUrl(url);
      }
      this.#hostOfRow[row] = number;
    }
  }

  /** The host of one URL. */
  of(row: number): string {
    return this.#hosts[this.#hostOfRow[row] ?? 0] ?? '';
  }

  /** The hosts of some URLs, each once. */
  among(rows: readonly number[]): ReadonlySet<string> {
    const hosts = new Set<string>();
    let last: string | undefined;
    for (const row of rows) {
      const host = this.of(row);
      if (host !== last) hosts.add(host);
      last = host;
    }
    return hosts;
  }
}

/** A URL up to the first `/` behind its host; undefined where there is none. */
function originOfUrl(url: string): string | undefined {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  return slash === -1 ? undefined : url.slice(0, slash + 1);
}
