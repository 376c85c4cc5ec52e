/** A scenario from its headline to the command that repeats it. */
export const articleStyle = `
article,.legend{
  background:var(--panel);
  margin-top:28px;
  padding:24px 22px 26px;
  border-top:5px solid var(--line);
  scroll-margin-top:12px;
}
article.pass{border-top-color:var(--pass)}
article.fail{border-top-color:var(--fail)}
article.unknown{border-top-color:var(--unknown)}
/* Of hundreds on one page, only what is looked at is laid out. */
article+article{content-visibility:auto;contain-intrinsic-size:auto 1800px}
@media (scripting:enabled){article:has(>noscript.rest,>.rest[hidden]){contain-intrinsic-size:auto 260px}}
article:target{outline:2px solid var(--link);outline-offset:3px}
article h3{margin:28px 0 8px}
:is(article,.rest)>table{margin-top:28px}
noscript.rest{display:block}
.unfold{margin-top:16px}
.kicker{display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px;margin-bottom:6px}
article h2 a{color:inherit;text-decoration:none}
article h2 a:hover{text-decoration:underline}
.story{font-size:17px;line-height:1.5;max-width:84ch;margin-top:18px}
.execution .story{font-size:14px;margin:0 0 12px}
.compared{margin-top:18px;font-size:14px}
.files{list-style:none;padding:0;margin-top:10px;display:flex;flex-wrap:wrap;gap:2px 24px;font-size:13px;color:var(--muted)}
.reason{font-size:15px;color:var(--muted);line-height:1.45;max-width:76ch;margin-top:6px}
.meta{display:flex;flex-wrap:wrap;gap:2px 22px;margin-top:8px;font-size:13px;color:var(--muted)}
.meta b{color:var(--ink)}
.outcome{display:flex;flex-wrap:wrap;gap:14px 44px;margin-top:20px;padding:14px 0;border-block:1px solid var(--line)}
.outcome dt{font-size:12px;color:var(--muted)}
.outcome dd{font-size:17px;font-weight:600}
.outcome small{font-size:13px;font-weight:400;color:var(--muted)}
.outcome .errors{font-size:18px}
.capture{display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px;font-size:13px;color:var(--muted);margin:10px 0}
.capture code{color:var(--ink)}
.button{
  display:inline-block;
  padding:5px 12px;
  border:1px solid var(--link);
  border-radius:6px;
  font-weight:600;
  text-decoration:none;
}
.button:hover{background:var(--link);color:var(--panel)}
.gap{padding:9px 14px;margin:10px 0;border-left:4px solid var(--unknown);background:var(--unknownTint);font-size:14px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:0 44px}
.lines{padding:0;list-style:none;counter-reset:line;font-size:14px}
.lines li{counter-increment:line;display:grid;grid-template-columns:28px minmax(0,1fr);padding:4px 0;border-bottom:1px solid var(--line)}
.lines li:last-child{border-bottom:0}
.lines li::before{content:counter(line);color:var(--muted);font:12px/21px var(--mono)}
details{scroll-margin-top:12px}
.held{margin-top:18px}
.held>summary{width:fit-content;font-size:14px}
.held>summary .verdict{margin:0 8px 0 4px;vertical-align:-3px}
.held caption{display:none}
summary{cursor:pointer}
.execution{border:1px solid var(--line);border-radius:8px;padding:0 16px;margin-top:8px}
.execution[open]{padding-bottom:16px}
.execution>summary{display:flex;flex-wrap:wrap;align-items:center;gap:4px 18px;padding:10px 0;font-size:14px;list-style:none}
.execution>summary::-webkit-details-marker{display:none}
.execution>summary::before{content:"";flex:none;width:7px;height:7px;margin-left:2px;border:solid var(--muted);border-width:0 2px 2px 0;transform:rotate(-45deg)}
.execution[open]>summary::before{transform:rotate(45deg)}
.execution>summary span:not(.verdict){color:var(--muted)}
.execution>p{font-size:14px;margin-bottom:12px;max-width:90ch}
.execution>table{margin-top:18px}
.repeat .back{margin-top:12px;font-size:13px}
.legend p{max-width:76ch;margin:8px 0 14px}
.legend dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:6px 40px;font-size:14px}
.legend dl div{display:grid;grid-template-columns:84px minmax(0,1fr)}
.legend dt{font:700 12.5px/21px var(--mono)}
@media screen and (max-width:760px){
  main{padding:0 12px 32px}
  .mast{padding:18px 16px 20px}
  .mast h1{gap:2px 22px;font-size:16px}
  .count b{font-size:36px}
  .count .mark{width:19px;height:19px}
  article,.legend{padding:18px 14px 20px}
  h2{font-size:19px}
  .reason{font-size:16px}
  .execution{padding:0 12px}
}
`;
