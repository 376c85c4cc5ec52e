/** Every command of README.md is typed in the order in which a reader meets it. */
import t from 'tap';
import { typeAll, whyNoCapture } from './cli.ts';
import { readPage } from './pages.ts';

t.test('its commands', { skip: await whyNoCapture() }, async (t) => {
  await typeAll(t, readPage('README.md'));
});
