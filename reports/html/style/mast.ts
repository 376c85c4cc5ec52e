/** The dark head of the page: counts and the facts of the run. */
export const mastStyle = `
.mast{background:var(--mast);color:var(--mastInk);padding:22px max(20px,calc((100% - 1360px)/2)) 24px}
.mast .brand{display:flex;flex-wrap:wrap;align-items:center;gap:10px;font-size:14px;color:var(--mastMuted)}
.mast .brand b{color:var(--mastInk);font:700 15px var(--mono);letter-spacing:-.01em}
.emblem{fill:none;stroke:var(--mastMuted);stroke-width:2;stroke-linecap:round;stroke-linejoin:round;width:84px;height:17px}
.emblem circle{fill:var(--mast)}
.emblem .spark{fill:var(--mastWire);stroke:none}
.mast h1{display:flex;flex-wrap:wrap;gap:4px 36px;margin:20px 0 14px;font-weight:400;font-size:19px;line-height:1.2}
.count{display:inline-flex;align-items:baseline;gap:9px;color:var(--mastInk)}
.count b{font:650 46px/1 var(--sans);letter-spacing:-.03em;font-variant-numeric:tabular-nums}
.count .mark{width:24px;height:24px}
.count.fail .mark{color:#ff928a}
.count.unknown .mark{color:#cbaaff}
.count.pass .mark{color:#63d391}
.count.zero,.count.zero .mark{color:var(--mastMuted)}
.proportions{display:block;width:100%;height:6px;border-radius:3px;overflow:hidden}
.proportions .fail{fill:#ff928a}
.proportions .unknown{fill:#cbaaff}
.proportions .pass{fill:#63d391}
.mast>p:not(.brand){margin-top:8px}
.interrupted{margin-top:14px;padding:8px 12px;border-left:4px solid var(--mastWire);background:#ffffff14;color:var(--mastWire);font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px 32px;margin-top:20px;font-size:13.5px}
.facts dt{color:var(--mastMuted);font-size:11px;letter-spacing:.08em;text-transform:uppercase}
.facts .wide{grid-column:1/-1}
.mast code.command{margin-top:4px;background:#ffffff0f;border-color:#ffffff26;color:var(--mastInk)}
`;
