// Entry of the CDK app; see docs/operations.md.

import { createApp } from './app.ts';

createApp().synth();
