/** How to read a ladder diagram, once for the whole page. */

const entries: readonly (readonly [string, string])[] = [
  ['#1, #2', 'the connection an event belongs to, numbered as they were opened'],
  ['f12', 'frame 12 of the pcap, with the number that Wireshark shows'],
  ['seq', 'relative to the SYN of the side that sends, which itself has 0'],
  ['RST', 'a broken line that ends in a cross'],
  ['FIN', 'a line that ends in an arrow against a bar'],
  ['bare ACK', 'a thin line with an open arrow'],
  ['lens', 'a probe: the client looks at a connection before it lends it'],
  ['turning arrow', 'a retry'],
  ['bars', 'the state of each side of a connection in the kernel, as RFC 9293 names it'],
  ['silence', 'between two wavy lines: time in which nothing was recorded is folded'],
];

export function Legend() {
  return (
    <section class="legend" id="legend">
      <h2>How to read the diagrams</h2>
      <p>
        Time runs downwards, a row for each event, in milliseconds since the first one. On the left
        is who asks, on the right who answers, between them what was on the wire. Where scripts run,
        an event shows what belongs to it in the other lanes: point at it, click it, or go through
        them with the arrow keys when the diagram has the focus.
      </p>
      <dl>
        {entries.map(([sign, meaning]) => (
          <div>
            <dt>{sign}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
