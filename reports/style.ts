/** The look of report.html: readable on a phone, on paper and in the dark; charts keep a white card, since their colours are made for it. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --paper: #ffffff; --soft: #f6f8fa;
  --good: #1a7f37; --bad: #b3261e; --same: #0b5cad; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9aa5b1; --line: #3a424c; --paper: #0d1117; --soft: #161b22;
  --good: #57c46f; --bad: #ff8a80; --same: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "DejaVu Sans", Verdana, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; font-weight: 600; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-weight: 600; }
.question { font-size: 1.15rem; margin: 0 0 1rem; }
.faint, caption, figcaption { color: var(--faint); font-size: .9rem; }
ul { padding-left: 1.25rem; margin: .5rem 0; }
li { margin: .2rem 0; }
.verdicts { list-style: none; padding: 0; }
.verdicts li { padding: .5rem .75rem; margin: .4rem 0; background: var(--soft); border-left: 4px solid var(--line); }
.verdicts .better { border-color: var(--good); } .verdicts .worse { border-color: var(--bad); }
.verdicts .equivalent, .verdicts .changed { border-color: var(--same); }
td.better { color: var(--good); } td.worse { color: var(--bad); } td.equivalent, td.changed { color: var(--same); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .35rem .7rem; text-align: right; white-space: pre; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 500; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); max-width: 22rem; white-space: normal; min-width: 15rem; }
.card { background: #ffffff; border: 1px solid var(--line); border-radius: 8px; padding: .25rem; margin: 1.25rem 0; overflow-x: auto; }
.card svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
@media (max-width: 45rem) { .card svg { max-width: none; } th:first-child { max-width: 10rem; min-width: 8rem; } }
details { margin: 1rem 0; } summary { cursor: pointer; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; white-space: pre-wrap; }
@media print { body { max-width: none; padding: 0; } .card, tr, .verdicts li { break-inside: avoid; } .card { border: 0; overflow: visible; }
  .card svg { max-width: 100%; max-height: 24cm; } .scroll { overflow: visible; } table { font-size: .65rem; }
  th, td { padding: .2rem .3rem; white-space: pre-wrap; } th:first-child { position: static; min-width: 6rem; } }
`
