/** Type, links, focus, and the small parts used everywhere. */
export const baseStyle = `
*{box-sizing:border-box}
html{
  --mono:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
  --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font:15px/1.5 var(--sans);
  background:var(--page);
  color:var(--ink);
  -webkit-text-size-adjust:100%;
  text-size-adjust:100%;
}
body{margin:0;overflow-wrap:anywhere}
main{max-width:1400px;margin:0 auto;padding:0 20px 48px}
h1,h2,h3,p,dl,dd,ol,ul,figure{margin:0}
h2{font-size:22px;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
h3{font-size:12px;letter-spacing:.08em;text-transform:uppercase;color:var(--muted)}
a{color:var(--link);text-underline-offset:.15em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
code{font-family:var(--mono);font-size:.87em}
code.command{
  display:block;
  padding:10px 14px;
  border-radius:6px;
  overflow-x:auto;
  white-space:pre;
  user-select:all;
  background:var(--raised);
  color:var(--ink);
  border:1px solid var(--line);
}
.muted{color:var(--muted)}
.verdict{
  display:inline-flex;
  align-items:center;
  gap:5px;
  font-weight:650;
  font-size:13px;
  white-space:nowrap;
}
.verdict.pass{color:var(--pass)}
.verdict.fail{color:var(--fail)}
.verdict.unknown{color:var(--unknown)}
.mark{flex:none;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.claim{
  display:inline-block;
  padding:0 6px;
  border:1px solid var(--line);
  border-radius:4px;
  font:11.5px/18px var(--mono);
  color:var(--muted);
  background:var(--raised);
  max-width:100%;
  overflow-wrap:anywhere;
}
.errors{font-family:var(--mono);font-size:13px}
.errors b{font-weight:700}
.errors i{font-style:normal;color:var(--muted)}
.errors.none{color:var(--muted);font-family:inherit}
`;
