/**
 * The style of report.html, for screens of all widths, dark mode and print. Charts are drawn in colours for a white page; in dark mode the
 * style replaces each of them. In print, the page has the charts of the files, all rows and no closed parts.
 */

/** Colours of charts (theme.ts) and their replacements in dark mode. Colours that are bright enough are not listed. */
const DARK_COLOURS: Readonly<Record<string, string>> = {
  '#1f2328': '#e6edf3',
  '#000': '#e6edf3',
  '#59636e': '#9aa5b1',
  '#e6e8eb': '#2b323b',
  '#b6bcc4': '#4a535e',
  '#8b949e': '#768390',
  '#3d3d3d': '#d6dbe1',
  '#0072b2': '#3d9fe0',
  '#009e73': '#1fb78c',
  '#882255': '#d0689f',
  '#332288': '#8f83e0',
  '#a6761d': '#c48f2c',
}

const darkRules = Object.entries(DARK_COLOURS)
  .map(([light, dark]) => `  .card svg [fill="${light}"] { fill: ${dark}; } .card svg [stroke="${light}"] { stroke: ${dark}; }`)
  .join('\n')

/** The style sheet. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --paper: #ffffff; --soft: #f6f8fa;
  --good: #1a7f37; --bad: #b3261e; --same: #0b5cad; --warn: #9a6700; --focus: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "DejaVu Sans", Verdana, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; font-weight: 600; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-weight: 600; }
h3 { font-size: 1rem; margin: 0 0 .25rem; font-weight: 600; }
.question { font-size: 1.15rem; margin: 0 0 1rem; }
.answer { font-size: 1.1rem; margin: 0 0 1rem; padding: .75rem 1rem; background: var(--soft); border-left: 4px solid var(--focus); }
.contents ul { list-style: none; padding: 0; margin: .25rem 0; display: flex; flex-wrap: wrap; gap: .15rem 1rem; font-size: .9rem; }
.contents > ul > li:has(ul) { flex-basis: 100%; } .contents li ul { padding-left: 1rem; } .contents a { color: var(--focus); display: inline-block; padding: .15rem 0; }
section:focus, figure:focus { outline: none; } section, figure { scroll-margin-top: 3.5rem; }
.spark { margin: .3rem 0; display: flex; flex-direction: column; line-height: 1.2; overflow-x: auto; white-space: pre; }
.downloads { display: inline-flex; flex-wrap: wrap; gap: .4rem; margin-left: auto; } .download, .downloads button { font-size: .8rem; }
input[type="search"], select { font: inherit; color: inherit; max-width: 100%; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .3rem; }
.controls label { min-width: 0; max-width: 100%; } select { min-width: 0; width: fit-content; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .5rem 0; }
.download { background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .6rem; cursor: pointer; margin: -.5rem 0 1rem; }
.faint, caption, figcaption p { color: var(--faint); font-size: .9rem; }
figcaption p { margin: 0 0 .25rem; }
ul { padding-left: 1.25rem; margin: .5rem 0; }
li { margin: .2rem 0; }
.verdicts { list-style: none; padding: 0; }
.verdicts li { padding: .5rem .75rem; margin: .4rem 0; background: var(--soft); border-left: 4px solid var(--line); }
.verdicts .better { border-color: var(--good); } .verdicts .worse { border-color: var(--bad); }
.verdicts .equivalent, .verdicts .changed { border-color: var(--same); }
.warnings { list-style: none; padding: 0; }
.warnings li { padding: .4rem .75rem; margin: .4rem 0; background: var(--soft); border-left: 4px solid var(--warn); }
td.better { color: var(--good); } td.worse { color: var(--bad); } td.equivalent, td.changed { color: var(--same); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { overflow-wrap: break-word; padding: .35rem .7rem; text-align: right; white-space: pre; vertical-align: top; border-bottom: 1px solid var(--line); }
td.words { white-space: pre-wrap; text-align: left; min-width: 12rem; }
thead th { color: var(--faint); font-weight: 500; vertical-align: bottom; white-space: pre-wrap; }
thead th button { all: unset; cursor: pointer; color: inherit; }
thead th button::after { content: " ↕"; opacity: .45; }
th[aria-sort="ascending"] button::after { content: " ↑"; opacity: 1; } th[aria-sort="descending"] button::after { content: " ↓"; opacity: 1; }
tbody th { font-weight: 500; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); max-width: 22rem; white-space: normal; min-width: 15rem; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: .75rem; margin: 1.25rem 0; }
.card svg { display: block; max-width: 100%; height: auto; }
.static, .view { overflow-x: auto; }
.static svg { margin: 0 auto; } .mark-rect path { shape-rendering: crispEdges; }
.view { position: relative; display: none; } .view svg { margin: 0; }
.brushable { touch-action: pan-y; cursor: crosshair; user-select: none; }
.tools { display: none; gap: .25rem 1.25rem; flex-wrap: wrap; font-size: .87rem; align-items: center; margin: .25rem 0 .5rem; }
figcaption { display: none; }
.drawn .static { display: none; } .drawn .view { display: block; } .drawn .tools { display: flex; } .drawn figcaption { display: block; }
.drawn { display: flex; flex-direction: column; } .drawn figcaption { order: -1; }
.hint { color: var(--faint); }
.ring { position: absolute; width: 14px; height: 14px; margin: -7px 0 0 -7px; border: 2px solid var(--ink); border-radius: 50%; pointer-events: none; }
.brush { position: absolute; background: var(--same); opacity: .18; pointer-events: none; }
.tooltip { position: fixed; z-index: 3; max-width: min(30rem, calc(100vw - 8px)); padding: .5rem .65rem; background: var(--paper); color: var(--ink); border: 1px solid var(--line);
  border-radius: 6px; box-shadow: 0 2px 10px rgb(0 0 0 / .2); font-size: .82rem; line-height: 1.4; pointer-events: none; }
.tooltip p { margin: 0 0 .15rem; font-weight: 600; } .tooltip table { font-size: inherit; }
.tooltip th, .tooltip td { border: 0; padding: .05rem 0; font-weight: 400; white-space: normal; background: none; min-width: 0; position: static; vertical-align: baseline; }
.tooltip th { text-align: left; color: var(--faint); max-width: 15rem; } .tooltip td { padding-left: 1rem; text-align: right; } .tooltip .pointed > * { color: var(--ink); font-weight: 600; }
.swatch { display: inline-block; width: .65rem; height: .65rem; border-radius: 2px; }
.filter { position: sticky; top: 0; z-index: 2; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .4rem .75rem; margin: 1rem 0; font-size: .9rem; }
.boxes { max-height: 50vh; overflow-y: auto; } .boxes p { margin: .5rem 0; }
fieldset { border: 0; padding: 0; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .15rem 1rem; } legend { padding: 0; color: var(--faint); }
button, input { font: inherit; color: inherit; } input[type="number"] { width: 6rem; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .3rem; }
.boxes button, .tools button, .controls button { background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .6rem; cursor: pointer; } button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
details { margin: 1rem 0; } summary { cursor: pointer; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; white-space: pre-wrap; }
@media screen { .hidden, .unfound { display: none; } .card svg .background[fill="#ffffff"], .card svg > rect[fill="#ffffff"] { fill: none; } }
@media screen and (max-width: 45rem) { body { padding: 1rem .6rem 3rem; } .card { padding: .4rem; } .static svg { max-width: none; } label { padding: .3rem 0; }
  th:first-child { max-width: 10rem; min-width: 8rem; } th, td { padding: .3rem .45rem; } }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9aa5b1; --line: #3a424c; --paper: #0d1117; --soft: #161b22;
  --good: #57c46f; --bad: #ff8a80; --same: #79b8ff; --warn: #d4a72c; --focus: #79b8ff; }
${darkRules}
}
@media print { @page { size: A4; margin: 14mm; } html { font-size: 10pt; } body { max-width: none; padding: 0; } .card, tr, .verdicts li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .card, .drawn { border: 0; padding: 0; display: block; } .static, .drawn .static { display: block; overflow: visible; } .view, .drawn .view, .tools, .drawn .tools, .controls, .download, .contents, #run, .filter, .tooltip, figcaption, .drawn figcaption { display: none; }
  .card svg { max-width: 100%; max-height: 24cm; } .scroll { overflow: visible; } table { font-size: 6.5pt; } thead th button::after { content: none; }
  th, td { padding: .15rem .25rem; white-space: pre-wrap; } th:first-child { position: static; min-width: 5rem; max-width: 12rem; } td.words { min-width: 0; }
  details::details-content { content-visibility: visible; block-size: auto; } details > summary { font-weight: 600; } }
`
