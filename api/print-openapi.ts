/** Prints the OpenAPI document of an api with default settings, as `openapi.json` holds it. */

import { pino } from 'pino';
import { loadApiConfig } from '../config.ts';
import { composeApi } from './compose-api.ts';

const { document, disconnect } = composeApi(loadApiConfig({}), pino({ level: 'silent' }), {
  url: () => 'http://127.0.0.1:8080',
});
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
await disconnect();
