/** Tables, and the cards that they become where there is no room for columns. */
export const tableStyle = `
.cards{width:100%;border-collapse:collapse;font-size:13.5px;line-height:1.4}
.cards caption{text-align:left;padding:0 0 8px;font-size:12px;font-weight:650;letter-spacing:.08em;text-transform:uppercase;color:var(--muted)}
.cards th{text-align:left;font-weight:500;font-size:12px;color:var(--muted);padding:6px 16px 6px 0;border-bottom:1px solid var(--line);white-space:nowrap}
.cards tr[hidden]{display:none}
.cards td{padding:9px 16px 9px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
.cards tr:last-child td{border-bottom:0}
.cards .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.cards .tag{width:104px}
.overview{background:var(--panel);margin:24px 0 8px}
.overview caption{padding:0 0 10px}
.overview th:first-child,.overview td:first-child{padding-left:18px}
.overview tbody tr:hover{background:var(--raised)}
.overview .title a{font-weight:600;font-size:15px;color:var(--ink);text-decoration-color:var(--line)}
.overview .title a:hover{color:var(--link);text-decoration-color:currentColor}
.overview .path,.judgements .rule{display:block;margin-top:2px;color:var(--muted);font-size:12px}
.scenarios td:nth-child(3){min-width:132px;max-width:180px}
.scenarios .sequence{min-width:170px}
.judgements td:nth-child(n+2){width:24%}
.judgements .loud .actual{font-weight:650}
.judgements .next{display:block;margin-top:2px;color:var(--muted)}
.loud.fail td{background:var(--failTint)}
.loud.unknown td{background:var(--unknownTint)}
.loud.fail td:first-child{box-shadow:inset 4px 0 var(--fail);padding-left:14px}
.loud.unknown td:first-child{box-shadow:inset 4px 0 var(--unknown);padding-left:14px}
.receipts td:nth-child(2),.receipts td:nth-child(4){min-width:180px}
.terminations{width:auto}
.terminations td,.terminations th{padding-right:40px}
.receipts .tuple{color:var(--muted);white-space:nowrap}
b.flag.FIN{color:var(--fin)}
b.flag.RST{color:var(--rst)}
@media screen and (max-width:760px){
  .cards,.cards tbody,.cards tr,.cards caption{display:block}
  .cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
  .cards tr{padding:10px 0;border-bottom:1px solid var(--line)}
  .cards tr:last-child{border-bottom:0}
  .cards td,.cards td:nth-child(n){display:grid;grid-template-columns:104px minmax(0,1fr);gap:0 12px;width:auto;max-width:none;padding:2px 0;border:0;text-align:left;white-space:normal}
  .cards td:nth-child(n){min-width:0}
  .cards td::before{content:attr(data-title);color:var(--muted);font-size:12px;line-height:19px}
  .cards td>*{grid-column:2}
  .cards td:empty{display:none}
  .cards .tag{width:auto}
  .cards .tag::before{content:none}
  .cards .tag>*{grid-column:1/-1}
  .overview tr{padding:12px 16px}
  .overview td.title{display:block}
  .overview td.title::before{content:none}
  .overview th:first-child,.overview td:first-child{padding-left:0}
  .loud.fail,.loud.unknown{padding:10px 12px}
  .loud.fail{background:var(--failTint);box-shadow:inset 4px 0 var(--fail)}
  .loud.unknown{background:var(--unknownTint);box-shadow:inset 4px 0 var(--unknown)}
  .cards .loud td,.cards .loud td:first-child{background:none;box-shadow:none;padding-left:0}
  .receipts .tuple{white-space:normal}
}
`;
