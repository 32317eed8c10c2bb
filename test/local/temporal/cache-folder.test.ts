import { expect, test } from 'vitest';
import { cacheFolder } from '../../../local/temporal/cache-folder.ts';

test.each([
  ['linux', { HOME: '/home/ada' }, '/home/ada/.cache/cloudfront-prewarm/temporal-1.8.2'],
  [
    'linux',
    { HOME: '/home/ada', XDG_CACHE_HOME: '/fast' },
    '/fast/cloudfront-prewarm/temporal-1.8.2',
  ],
  ['linux', { HOME: '/h', XDG_CACHE_HOME: '' }, '/h/.cache/cloudfront-prewarm/temporal-1.8.2'],
  ['darwin', { HOME: '/Users/ada' }, '/Users/ada/Library/Caches/cloudfront-prewarm/temporal-1.8.2'],
])("keeps the CLI in the user's cache folder on %s with %j", (platform, environment, folder) => {
  expect(cacheFolder({ platform, environment })).toBe(folder);
});
