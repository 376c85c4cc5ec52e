/** Captures that others have made, as packages ship them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { differences, seenByTshark, seenByUs } from '../support/agreement.ts';
import { rootFolder } from '../support/cli.ts';
import { mergecap, whyNoTshark } from '../support/tshark.ts';

/** Of the package that reads captures, and of golang-github-gopacket-gopacket-dev. */
const folders = [
  join(rootFolder, 'node_modules/pcap-parser/test'),
  '/usr/share/gocode/src/github.com/gopacket/gopacket',
];

const files = folders.filter(existsSync).flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(pcap|pcapng)(\.gz)?$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name)),
);
const nameOf = (file: string) => file.split('/').at(-1) ?? '';

/** Its connection began before the capture, so how long its packets take is guessed. */
const guessed: ReadonlySet<string> = new Set(['test301.pcapng']);
/** Not even tshark reads these. */
const broken: ReadonlySet<string> = new Set(['test901.pcapng', 'malformed.pcap']);

t.test('explain sees in them what tshark sees', { skip: whyNoTshark }, async (t) => {
  const withoutTcp: string[] = [];
  for (const file of files) {
    const name = nameOf(file);
    if (broken.has(name)) continue;
    if ((await seenByUs(file)).size === 0) {
      withoutTcp.push(file);
      continue;
    }
    const found = await differences(file);
    const counted = guessed.has(name)
      ? found.filter((one) => !one.includes('isRetransmission'))
      : found;
    t.same(counted, [], file);
  }
  // As one, since to start tshark takes longer than to read.
  const together = join(t.testdir(), 'together.pcapng');
  mergecap(withoutTcp, together);
  t.same([...seenByTshark(together)], [], `no TCP in ${withoutTcp.join(', ')}`);
});
