/** The events as a table, the bytes, and what is shown of the event that is chosen. */
export const eventsStyle = `
.as-table table{border-collapse:collapse;width:100%;font-size:12.5px}
.as-table th{text-align:left;font-weight:500;color:var(--muted);border-bottom:1px solid var(--line)}
.as-table :is(th,td){padding:3px 18px 3px 0;vertical-align:top;overflow-wrap:normal}
.as-table td:last-child{overflow-wrap:anywhere;font-family:var(--mono);font-size:12px;padding-right:6px;width:70%}
.as-table :is(th,td):is(:first-child,:nth-child(4)){text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.as-table tr:not(.pause) td:is(:nth-child(2),:nth-child(3)){white-space:nowrap;color:var(--muted)}
.as-table .wire td:last-child{border-left:3px solid var(--rail);padding-left:9px}
.as-table .upstream td:last-child,.as-table .upstreamKernel td:last-child{border-left:3px solid transparent;padding-left:9px;text-align:right}
.as-table :is(.quiet,.late) td{color:var(--muted)}
.as-table .good td:last-child{color:var(--pass)}
.as-table .notice td:last-child{color:var(--fin)}
.as-table .bad td:last-child{color:var(--fail);font-weight:700}
.as-table .pause td{color:var(--muted);text-align:center;font:600 12px/26px var(--sans);border-block:1px dashed var(--line)}
.payloads{margin-top:12px;font-size:13px}
.payloads>summary{color:var(--link);width:fit-content}
.of-frame{margin-top:14px;scroll-margin-top:12px}
.of-frame h4{margin:0 0 4px;font-size:12.5px;font-weight:600;color:var(--muted)}
.of-frame:target h4{color:var(--link)}
.payload{display:flex;flex-wrap:wrap;gap:8px 32px;align-items:flex-start}
.payload pre{margin:0;padding:8px 12px;border:1px solid var(--line);border-radius:6px;background:var(--raised);font:11.5px/1.5 var(--mono);overflow-x:auto;max-width:100%}
.message dl{display:grid;gap:0;font-size:12.5px}
.message dl div{display:grid;grid-template-columns:80px minmax(0,1fr);gap:8px}
.message dt{color:var(--muted)}
.message dd{font-family:var(--mono);font-size:12px;line-height:19px}
.detail{position:sticky;bottom:0;z-index:1;display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.2fr);gap:10px 32px;padding:14px 96px 14px 18px;max-height:45vh;overflow:auto;background:var(--panel);border:1px solid var(--link);border-radius:8px 8px 0 0;box-shadow:0 -6px 24px #0003;font-size:13px}
.detail[hidden]{display:none}
.detail .about{color:var(--muted);font-size:12.5px}
.detail .said{font:600 13px/1.5 var(--mono);margin-top:2px}
.detail ul{list-style:none;padding:0}
.detail li{display:grid;grid-template-columns:84px minmax(0,1fr);gap:8px}
.detail .at{color:var(--muted);font:12px/22px var(--mono);text-align:right}
.detail li button{all:unset;cursor:pointer;color:var(--link);text-decoration:underline;text-underline-offset:.15em;font:12px/22px var(--mono)}
.detail li button:focus-visible{outline:3px solid var(--link)}
.detail>.payload{grid-column:1/-1}
.detail .close{position:absolute;top:10px;right:12px}
button{font:600 13px var(--sans);padding:5px 12px;border:1px solid var(--rail);border-radius:6px;background:var(--panel);color:var(--ink);cursor:pointer}
button:hover{border-color:var(--link);color:var(--link)}
@media screen and (max-width:760px){
  .as-table table,.as-table tbody{display:block}
  .as-table thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
  .as-table tr{display:grid;grid-template-columns:62px 26px minmax(0,1fr);column-gap:6px;padding:3px 0;border-bottom:1px solid var(--line)}
  .as-table td{padding:0}
  .as-table td:first-child{font:11px/18px var(--mono)}
  .as-table td:nth-child(2),.as-table td:nth-child(4),.as-table .pause td:first-child{display:none}
  .as-table td:nth-child(3){font:700 11px/18px var(--mono);color:var(--ink)}
  .as-table td:last-child{width:auto;padding:0;line-height:18px;grid-column:3}
  .as-table .wire td:last-child{border:0;padding-left:18px;position:relative}
  .as-table .wire td:last-child::before{position:absolute;left:0;color:var(--ink);font-weight:700}
  .as-table .to-upstream td:last-child::before{content:"→"}
  .as-table .to-client td:last-child::before{content:"←"}
  .as-table .pause{display:block}
  .as-table .pause td{display:block;border:0;white-space:normal;line-height:18px}
  .as-table .upstream td:last-child,.as-table .upstreamKernel td:last-child{border:0}
  .detail{grid-template-columns:minmax(0,1fr);padding:12px 14px}
  .detail>div:first-child{padding-right:80px}
}
`;
