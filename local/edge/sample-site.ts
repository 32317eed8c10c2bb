import type { OriginResource } from './origin.ts';

const CACHE_CONTROL = 'public, max-age=86400';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  woff2: 'font/woff2',
  xml: 'application/xml',
};

/** The pages and files of the sample site, and their sizes in bytes: 22 MB in all. */
export const SAMPLE_FILES: Readonly<Record<string, number>> = {
  '/empty.txt': 0,
  '/robots.txt': 68,
  '/index.html': 14_336,
  '/about.html': 9_812,
  '/news.html': 22_480,
  '/css/site.css': 48_200,
  '/js/app.js': 182_310,
  '/js/vendor.js': 312_004,
  '/data/catalogue.json': 96_120,
  '/feed.xml': 31_407,
  '/favicon.ico': 4_286,
  '/img/logo.svg': 6_144,
  '/img/icon.png': 2_048,
  '/img/hero.jpg': 243_711,
  '/img/photo-1.jpg': 88_240,
  '/img/photo-2.jpg': 97_655,
  '/img/photo-3.jpg': 121_002,
  '/img/photo-4.jpg': 104_857,
  '/fonts/text.woff2': 64_512,
  '/fonts/bold.woff2': 66_048,
  '/docs/guide.pdf': 153_600,
  '/audio/jingle.mp3': 118_784,
  '/video/teaser.mp4': 650_000,
  '/video/intro.mp4': 20_000_000,
};

/** Absolute URLs of the sample site, by the name that viewers use. */
export function sampleUrls(host = 'www.example.com'): string[] {
  return Object.keys(SAMPLE_FILES).map((path) => `https://${host}${path}`);
}

function file(bodyBytes: number, path: string, cacheControl = CACHE_CONTROL): OriginResource {
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? '';
  const contentType = TYPES[extension] ?? 'application/octet-stream';
  return { status: 200, contentType, bodyBytes, cacheControl };
}

function page(status: number): OriginResource {
  return { status, contentType: 'text/html', bodyBytes: 512, cacheControl: '' };
}

const SPECIAL_BYTES = 12_000;

/**
 * The sample site: {@link SAMPLE_FILES}, and under these paths whatever follows:
 * `/sizes/<bytes>` and `/chunked/<bytes>` any size, without Content-Length the second;
 * `/private/` may not be kept, `/revalidate/` is asked for on each use (`max-age=0`), `/short/` is
 * fresh for 2 s; `/missing/` is 404, `/error/` 500; `/disabled/`, `/ttl0/`, `/query/`,
 * `/no-timing/`, `/secure/` and `/https-only/` are plain files under special behaviours.
 */
export function sampleSite(path: string): OriginResource {
  const bodyBytes = SAMPLE_FILES[path];
  if (bodyBytes !== undefined) return file(bodyBytes, path);
  const [, folder, name = ''] = path.split('/');
  switch (folder) {
    case 'sizes':
    case 'chunked':
      if (!/^\d{1,12}$/.test(name)) return page(404);
      return { ...file(Number(name), path), isChunked: folder === 'chunked' };
    case 'private':
      return file(SPECIAL_BYTES, path, 'private, max-age=600');
    case 'revalidate':
      return file(SPECIAL_BYTES, path, 'public, max-age=0');
    case 'short':
      return file(SPECIAL_BYTES, path, 'public, max-age=2');
    case 'disabled':
    case 'ttl0':
    case 'query':
    case 'no-timing':
    case 'secure':
    case 'https-only':
      return file(SPECIAL_BYTES, path);
    case 'error':
      return page(500);
    default:
      return page(404);
  }
}
