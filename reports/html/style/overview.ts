/** The overview: filters, clients by faults, claims, where the time went. */
export const overviewStyle = `
.scenarios caption{position:absolute;width:1px;height:1px;padding:0;overflow:hidden;clip-path:inset(50%)}
.scenarios .title{width:38%}
.scenarios .client{min-width:118px}
.aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
main>section{margin-top:44px;scroll-margin-top:12px}
.lead{max-width:86ch;margin:6px 0 12px;font-size:14px;color:var(--muted)}
.contents{display:flex;flex-wrap:wrap;gap:4px 24px;padding:14px 0 0;font-size:14px}
.contents+section{margin-top:22px}
.filters{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:center;margin:14px 0 4px;font-size:13.5px}
.filters[hidden]{display:none}
.filters fieldset{display:flex;flex-wrap:wrap;gap:6px;border:0;margin:0;padding:0}
.filters :is(input[type=search],select){font:inherit;padding:5px 9px;border:1px solid var(--rail);border-radius:6px;background:var(--panel);color:var(--ink)}
.filters .search{flex:1 1 220px}
.filters .search input{width:100%}
.filters select{max-width:190px}
.filters label:has(select) .aside{position:static;width:auto;height:auto;clip-path:none;margin-right:6px;color:var(--muted);font-size:12.5px}
.toggle{display:inline-flex;align-items:center;gap:5px;padding:4px 10px;border:1px solid var(--rail);border-radius:6px;cursor:pointer;font-weight:600;background:var(--panel)}
.toggle input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
.toggle.pass{color:var(--pass)}
.toggle.fail{color:var(--fail)}
.toggle.unknown{color:var(--unknown)}
.toggle.pass:has(:checked){background:var(--pass);color:var(--panel)}
.toggle.fail:has(:checked){background:var(--fail);color:var(--panel)}
.toggle.unknown:has(:checked){background:var(--unknown);color:var(--panel)}
.toggle:has(:focus-visible){outline:3px solid var(--link);outline-offset:2px}
.filters output{color:var(--muted);font-variant-numeric:tabular-nums}
.response{font-weight:600;white-space:nowrap}
:is(.crashed,.corrupted,.duplicated,.hung).response{color:var(--fail)}
:is(.poisoned,.surfaced).response{color:var(--fin)}
.transparent.response{color:var(--pass)}
.matrix{overflow-x:auto;margin:14px 0 22px;background:var(--panel)}
.matrix table{border-collapse:collapse;font-size:13px;min-width:100%}
.matrix caption{position:sticky;left:0;width:fit-content;text-align:left;padding:10px 14px 4px;font:700 13px var(--mono)}
.matrix :is(th,td){text-align:left;vertical-align:top;padding:6px 14px;border-top:1px solid var(--line)}
.matrix thead th{border-top:0;font:600 12px var(--mono);color:var(--muted);vertical-align:bottom;overflow-wrap:normal}
.matrix tbody th{font-weight:400;min-width:230px;max-width:380px}
.matrix tbody th b{font:700 12px var(--mono)}
.matrix td{white-space:nowrap}
.matrix tbody tr:hover :is(th,td){background:var(--raised)}
.met{display:block}
.met .again{margin-left:5px;font-size:12px;color:var(--muted)}
.met small{margin-left:5px;color:var(--muted)}
.claims-covered .id{width:90px}
.claims-covered .by{width:300px}
.claims-covered ul{list-style:none;padding:4px 0;font:12px/1.6 var(--mono)}
.claims-covered summary{white-space:nowrap}
.slowest{list-style:none;padding:14px 18px;background:var(--panel);font-size:13.5px}
.slowest li{display:grid;grid-template-columns:minmax(0,1.3fr) minmax(0,1fr) 190px;gap:4px 20px;align-items:center;padding:4px 0}
.slowest .time{display:block;width:100%;height:10px;border-radius:2px}
.slowest .busy{fill:var(--ink)}
.slowest .waited{fill:var(--rail);fill-opacity:.55}
.slowest .took{font-variant-numeric:tabular-nums;font-weight:600}
.slowest small{font-weight:400;color:var(--muted)}
.comparison h2{font-size:17px;font-weight:600}
.comparison h2 a{color:inherit;text-decoration:none}
.comparison .calls{max-width:420px}
.bar-top{background:var(--mast);padding:12px max(20px,calc((100% - 1360px)/2))}
.bar-top nav{display:flex;flex-wrap:wrap;align-items:center;gap:6px 24px;font-size:14px}
.bar-top a{color:var(--mastMuted);text-decoration:none}
.bar-top a:hover{color:var(--mastInk);text-decoration:underline}
.bar-top .home{display:flex;align-items:center;gap:10px;margin-right:auto}
.bar-top b{color:var(--mastInk);font:700 15px var(--mono);letter-spacing:-.01em}
.bar-top :focus-visible,.mast :focus-visible{outline-color:var(--mastWire)}
.bar-top+main>article:first-child{margin-top:20px}
@media screen and (max-width:760px){
  .slowest li{grid-template-columns:minmax(0,1fr)}
  .filters .search{flex-basis:100%}
  .filters label:has(select){flex:1 1 40%;display:flex;align-items:center}
  .filters select{flex:1;min-width:0;max-width:none;width:0}
  .filters label:has(select) .aside{width:58px}
  .mast .facts{grid-template-columns:1fr 1fr;gap:10px 16px}
  .matrix{margin-inline:-12px}
  .matrix tbody th{min-width:180px}
}
`;
