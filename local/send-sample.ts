// Sends the sample request to an api that runs elsewhere, as the demo of docker-compose.yml does:
//   API_URL=http://127.0.0.1:8080 API_KEY=… node dist/local/send-sample.js
// Exit status 0 only if everything was warm.

import { createApiClient } from './api-client.ts';
import { followRequest, isAllWarm, sampleRequest } from './sample.ts';
import { summaryTable } from './summary-table.ts';

const url = process.env['API_URL'] ?? 'http://127.0.0.1:8080';
const key = process.env['API_KEY'];

try {
  const api = createApiClient(url, key === '' ? undefined : key);
  let shown = -1;
  const end = await followRequest(api, sampleRequest(), ({ percentage_complete: percentage }) => {
    if (percentage !== shown) console.log(`${percentage} %`);
    shown = percentage;
  });
  console.log(summaryTable(end).join('\n'));
  process.exitCode = isAllWarm(end.progress) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
