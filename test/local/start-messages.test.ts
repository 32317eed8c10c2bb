import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readyMessage } from '../../local/start-messages.ts';

const addresses = {
  apiUrl: 'http://127.0.0.1:8080',
  awsUrl: 'http://127.0.0.1:9000',
  temporalAddress: '127.0.0.1:7233',
};

test('names the certificates that the commands of a report need, for any folder', () => {
  const caFile = "/home/o'neil/my files/ca.pem";
  const message = readyMessage({ addresses, isKeyAsked: false, caFile });
  const line = message.split('\n').find((each) => each.includes('CURL_CA_BUNDLE')) ?? '';

  const value = execFileSync('sh', ['-c', `${line}\nprintf %s "$CURL_CA_BUNDLE"`]);

  expect(value.toString()).toBe(caFile);
});

test('asks after the sample by its id', () => {
  const requestId = '47d7afde-bca9-4b22-bab2-98c1c1b352c6';

  expect(readyMessage({ addresses, isKeyAsked: true, caFile: '/ca.pem', requestId })).toContain(
    `curl -s 'http://127.0.0.1:8080/prewarm?req_id=${requestId}' -H 'x-api-key: YOUR KEY'`,
  );
});
