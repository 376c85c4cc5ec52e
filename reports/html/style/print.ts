/** On paper: light, whole diagrams on the width of the page, nothing to press. */
export const printStyle = `
@media print{
  @page{margin:12mm}
  html{font-size:11px;background:none}
  main{padding:0;max-width:none}
  .mast{padding:14px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
  article,.legend{padding:12px 0;break-before:page}
  .cards td:nth-child(n){min-width:0}
  .overview .title{width:34%}
  .row:target .strip{fill:none;stroke:none}
  .legend{break-before:auto}
  :root{color-scheme:light}
  .scroll,.execution .scroll{overflow:visible;border:0;margin-inline:0}
  .ladder{width:100%;height:auto}
  .bar rect,.loud td{print-color-adjust:exact;-webkit-print-color-adjust:exact}
  .row,.cards tr{break-inside:avoid}
  .back,.button,.files,.filters,.contents,.ladder-head,.as-table,.detail,.payloads,.bar-top,.unfold{display:none}
  .rest[hidden]{display:block;content-visibility:visible}
  .matrix{overflow:visible}
  article+article{content-visibility:visible}
  code.command{white-space:pre-wrap;word-break:break-all}
}
`;
