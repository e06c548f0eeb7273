// The widget's looks: one sheet inside the shadow root, light and dark, narrow screens as a whole page.

export const STYLE = `
:host{--c:#1261a0;--on:#fff;--bg:#fff;--soft:#f2f5f8;--line:#dde4ea;--ink:#1c2733;--dim:#5a6875;--bad:#b3261e;
all:initial;position:fixed;inset:auto 20px 20px auto;z-index:2147483000;color-scheme:light;
font:15px/1.5 system-ui,-apple-system,"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
@media(prefers-color-scheme:dark){:host(:not([theme=light])){--bg:#16202a;--soft:#22303c;--line:#34434f;--ink:#e8eef3;
--dim:#a3b2bf;--bad:#ff8a80;color-scheme:dark}}
:host([theme=dark]){--bg:#16202a;--soft:#22303c;--line:#34434f;--ink:#e8eef3;--dim:#a3b2bf;--bad:#ff8a80;color-scheme:dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
button,input,textarea,select{font:inherit;color:inherit}
button{cursor:pointer;border:0;background:none;padding:0}
button:disabled{cursor:default;opacity:.5}
:focus-visible{outline:3px solid color-mix(in srgb,var(--c) 60%,var(--ink));outline-offset:2px}
svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launch{width:58px;height:58px;border-radius:50%;background:var(--c);color:var(--on);display:grid;place-items:center;
box-shadow:0 6px 20px #0004;position:relative;margin-left:auto;transition:transform .15s}
.launch:hover{transform:scale(1.05)}
.badge{position:absolute;top:-3px;right:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;
background:#c5221f;color:#fff;font-size:13px;line-height:22px;text-align:center}
.panel{position:absolute;right:0;bottom:72px;width:380px;height:min(620px,calc(100dvh - 110px));display:flex;
flex-direction:column;background:var(--bg);color:var(--ink);border-radius:16px;box-shadow:0 12px 44px #0005;overflow:hidden;
border:1px solid var(--line)}
header{display:flex;align-items:center;gap:10px;padding:12px 14px;background:var(--c);color:var(--on)}
header div{flex:1;min-width:0}
h2{margin:0;font-size:16px;line-height:1.3;font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
header p{margin:0;font-size:13px}
header button{padding:6px;border-radius:8px;line-height:0}
header button.end{line-height:1.4;font-size:13px;padding:4px 8px;border:1px solid currentColor}
header :focus-visible,.launch:focus-visible{outline-color:var(--on);box-shadow:0 0 0 5px var(--ink)}
.note{padding:8px 14px;font-size:13px;background:var(--soft);border-bottom:1px solid var(--line);color:var(--ink)}
.ask{display:flex;gap:8px;align-items:center}
.ask span{flex:1}
.log{flex:1;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:4px;overscroll-behavior:contain}
.log>:first-child{margin-top:auto}
.row{display:flex;flex-direction:column;align-items:flex-start;max-width:84%;margin-top:6px}
.row.me{align-self:flex-end;align-items:flex-end}
.row.system{align-self:center;max-width:94%;align-items:center}
.who{font-size:12px;color:var(--dim);margin:0 4px 2px}
.bubble{background:var(--soft);border-radius:14px;padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere;
unicode-bidi:plaintext;margin-bottom:2px;max-width:100%}
.me .bubble{background:var(--c);color:var(--on)}
.system .bubble{background:none;color:var(--dim);font-size:13px;padding:2px 8px;text-align:center}
.bubble a{color:inherit}
.tick{font-size:12px;color:var(--dim);margin:0 4px}
.tick.bad{color:var(--bad)}
.tick button{text-decoration:underline;margin-left:8px;padding:2px}
.picture{padding:0;background:none!important;line-height:0}
.picture img{max-width:240px;max-height:260px;border-radius:12px;border:1px solid var(--line);width:auto;height:auto}
.choices{display:flex;flex-wrap:wrap;gap:8px;margin-top:4px}
.choices button{border:1px solid var(--c);border-radius:16px;padding:5px 12px;background:var(--bg);color:var(--ink)}
.choices button:hover{background:var(--soft)}
.day,.older{align-self:center;font-size:12px;color:var(--dim);margin:6px 0}
.older{text-decoration:underline;padding:4px 8px}
.typing{padding:0 16px 6px;font-size:13px;color:var(--dim);min-height:26px}
.foot{border-top:1px solid var(--line);padding:10px;display:flex;gap:8px;align-items:flex-end}
.foot textarea{flex:1;resize:none;border:1px solid var(--line);border-radius:12px;padding:8px 10px;max-height:120px;
background:var(--bg);color:var(--ink);min-height:40px}
.foot button{width:40px;height:40px;border-radius:12px;display:grid;place-items:center;color:var(--dim)}
.foot button.go{background:var(--c);color:var(--on)}
form,.rate{padding:16px;display:flex;flex-direction:column;gap:10px;border-top:1px solid var(--line);overflow-y:auto}
label{font-size:14px;display:flex;flex-direction:column;gap:4px}
form input,form select,.rate textarea{border:1px solid #8a97a3;border-radius:10px;padding:8px 10px;background:var(--bg)}
form [aria-invalid=true]{border-color:var(--bad)}
.error{color:var(--bad);font-size:13px}
.primary{background:var(--c);color:var(--on);border-radius:10px;padding:9px 14px}
.plain{padding:8px;color:var(--dim)}
.rate p{margin:0;font-weight:600}
.stars{display:flex;gap:4px}
.stars button{font-size:30px;line-height:1;padding:4px;color:#8a97a3}
.stars button[aria-checked=true],.stars button.on{color:#b26a00}
.bar{height:3px;background:var(--c);width:0;transition:width .2s}
.drop .log{outline:3px dashed var(--c);outline-offset:-8px}
.view{position:fixed;inset:0;background:#000c;display:grid;place-items:center;padding:20px;z-index:2}
.view img{max-width:100%;max-height:90vh}
.view button{position:absolute;top:14px;right:14px;color:#fff;padding:10px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:480px){:host([open]){inset:0}.panel{position:fixed;inset:0;width:auto;height:100dvh;border-radius:0;border:0}
:host([open]) .launch{display:none}.foot textarea{font-size:16px}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
`
