/** The ladder diagram. Sizes stand in its geometry; here are its colours and strokes. */
import { fontSize } from '../ladder/geometry.ts';

const states = ['Opening', 'Open', 'Passive', 'Active', 'Waiting']
  .map((kind) => `.bar.state${kind} rect{fill:var(--state${kind})}`)
  .join('\n');

const arrows = (['rst', 'fin', 'syn', 'data'] as const)
  .map((kind) => `.shaft.${kind},.head.${kind}{stroke:var(--${kind});fill:var(--${kind})}`)
  .join('\n');

export const ladderStyle = `
.connections{display:flex;flex-wrap:wrap;gap:2px 24px;padding:0;list-style:none;font-size:13px;color:var(--muted)}
.connections b{font-family:var(--mono);color:var(--ink)}
.ladder-section{position:relative;margin-top:10px}
.ladder-head{display:flex;flex-wrap:wrap;align-items:center;gap:6px 20px;margin-top:12px;font-size:13px}
.views{display:flex;border:0;padding:0;margin:0}
.views label{display:flex;padding:3px 12px;border:1px solid var(--rail);cursor:pointer;color:var(--ink)}
.views label:first-of-type{border-radius:6px 0 0 6px;border-right:0}
.views label:last-of-type{border-radius:0 6px 6px 0}
.views input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
.views label:has(:checked),.views:not(:has(:checked)) .diagram{background:var(--ink);color:var(--panel);border-color:var(--ink)}
.views label:has(:focus-visible){outline:3px solid var(--link);outline-offset:2px}
.scroll{overflow-x:auto;margin:10px -22px 0;border-block:1px solid var(--line);background:var(--panel)}
.as-table{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.ladder-section:has(.to-table:checked) .as-table{position:static;width:auto;height:auto;overflow:visible;clip-path:none;margin-top:10px}
.ladder-section:has(.to-table:checked) .scroll{display:none}
.ladder{display:block;min-width:100%;height:auto;font:${fontSize}px var(--mono);fill:var(--ink)}
.ladder .lane{font:650 11px var(--sans);letter-spacing:.06em;fill:var(--muted)}
.ladder .rule{stroke:var(--line)}
.ladder .rail{stroke:var(--rail);stroke-width:1.5}
.ladder .strip{fill:none;pointer-events:all}
.ladder .row{cursor:default}
.ladder .time{text-anchor:end}
.ladder .row:hover .strip{fill:var(--link);fill-opacity:.09}
.ladder .linked .strip{fill:var(--mastWire);fill-opacity:.2}
.ladder .chosen .strip{fill:var(--link);fill-opacity:.2;stroke:var(--link)}
.as-table .linked td{background:color-mix(in srgb,var(--mastWire) 20%,transparent)}
.as-table .chosen td{background:color-mix(in srgb,var(--link) 20%,transparent)}
.ladder .row:target .strip{fill:var(--link);fill-opacity:.14;stroke:var(--link)}
.ladder .zebra,.ladder .after{fill:var(--raised)}
.ladder .time,.ladder .frame{fill:var(--muted);font-variant-numeric:tabular-nums}
.ladder .frame{font-size:10px}
.badge{font-weight:700}
.badge.c1{fill:var(--link)}
.badge.c2{fill:var(--unknown)}
.badge.c3{fill:var(--pass)}
.ladder .caller{font-weight:700}
.flags{font-weight:700}
.ladder .row{scroll-margin-top:40vh}
.row .glyph{fill:var(--ink);stroke:none}
.row .glyph.stroke{fill:none;stroke:var(--ink);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.row.quiet text,.row.late text{fill:var(--muted)}
.row.quiet .flags{font-weight:400}
.row.quiet .glyph:not(.stroke){fill:var(--muted)}
.row.quiet .glyph.stroke{stroke:var(--muted)}
.row.notice .glyph.stroke{fill:none;stroke:var(--fin)}
.row.good .glyph.stroke{stroke:var(--pass)}
.row.good .caller{fill:var(--pass)}
.row.notice .glyph:not(.stroke){fill:var(--fin)}
.row.notice .client,.row.notice .upstream,.row.notice .flags{fill:var(--fin)}
.row.notice .upstream{font-weight:700}
.row.bad .glyph,.row.bad .glyph.stroke{stroke:var(--fail)}
.row.bad .client,.row.bad .upstream,.row.bad .caller,.row.bad .flags{fill:var(--fail);font-weight:700}
.shaft{fill:none;stroke-width:1.5}
.head{stroke:none}
.shaft.fin,.shaft.rst{stroke-width:2}
.head.fin{stroke-width:2}
.shaft.rst{stroke-dasharray:7 4}
${arrows}
.head.rst{fill:none;stroke-width:2.4;stroke-linecap:round}
.head.data,.head.syn{stroke:none}
.shaft.ack{stroke:var(--rail);stroke-width:1}
.head.ack{fill:none;stroke:var(--rail);stroke-width:1.2}
.row.late .shaft,.row.late .head{stroke-opacity:.65}
.bar text{font:700 9px var(--mono);fill:var(--stateText)}
.bar.late rect{fill-opacity:.75}
${states}
.break rect{fill:var(--panel)}
.break text{font:600 11px var(--sans);fill:var(--muted)}
.break .wave{fill:none;stroke:var(--rail);stroke-width:1}
.break .cut{stroke:var(--rail);stroke-dasharray:2 4}
.break.teardown rect{fill:var(--raised)}
.execution .scroll{margin-inline:-16px}
@media screen and (max-width:760px){
  .ladder-section:not(:has(.to-diagram:checked)) .as-table{position:static;width:auto;height:auto;overflow:visible;clip-path:none;margin-top:10px}
  .ladder-section:not(:has(.to-diagram:checked)) .scroll{display:none}
  .views:not(:has(:checked)) .diagram{background:none;color:var(--ink);border-color:var(--rail)}
  .views:not(:has(:checked)) .table{background:var(--ink);color:var(--panel);border-color:var(--ink)}
  .scroll{margin-inline:-14px}
  .execution .scroll{margin-inline:-12px}
}
`;
