/** A Hono route that does nothing but answer: what the api is compared with. `node bare-hono.js PORT BYTES` */

import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const [port = '0', bodyBytes = '600'] = process.argv.slice(2);
const reply = { text: 'x'.repeat(Number(bodyBytes)) };
const app = new Hono().get('/', (context) => context.json(reply));
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () =>
  console.log('listening'),
);
