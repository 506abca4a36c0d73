/** How the status page looks: ink on paper by day, light on slate by night, one accent for what is allowed now. */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --paper: #f5f4f0; --card: #fdfcfa; --line: #e2dfd7; --grid: #ebe8e1;
  --ink: #1d2126; --soft: #666a6c; --faint: #a09f98;
  --accent: #0b6b62; --accent-wash: #0b6b6214; --warm: #a4590d; --warm-wash: #a4590d12; --alarm: #ac2f2a;
  --shadow: 0 1px 2px #2b261a0a, 0 8px 28px -18px #2b261a33;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101316; --card: #171b1f; --line: #272d32; --grid: #20262a;
    --ink: #e8e6e0; --soft: #9aa0a2; --faint: #646b6f;
    --accent: #6fd0bd; --accent-wash: #6fd0bd1c; --warm: #e5ad66; --warm-wash: #e5ad6614; --alarm: #f0857c;
    --shadow: 0 1px 0 #ffffff08 inset;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); }
body {
  margin: 0 auto; max-width: 1120px; padding: 28px clamp(18px, 4vw, 40px) 48px; color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
h1, h2, p, dl, dd, figure { margin: 0; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { display: flex; align-items: center; gap: 10px 18px; flex-wrap: wrap; padding-bottom: 18px; border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 600; letter-spacing: -.01em; }
.brand svg { width: 22px; height: 18px; fill: var(--accent); }
.facts { color: var(--soft); font-size: 13px; }
.lamp { margin-left: auto; display: flex; align-items: center; gap: 9px; font-size: 13px; font-weight: 500; }
.lamp i, .tab i { width: 9px; height: 9px; border-radius: 50%; background: var(--faint); box-shadow: 0 0 0 4px transparent; transition: background .4s, box-shadow .4s; }
[data-state="ready"] > i { background: var(--accent); box-shadow: 0 0 0 4px var(--accent-wash); }
[data-state="busy"] > i { background: var(--warm); box-shadow: 0 0 0 4px var(--warm-wash); }
[data-state="gone"] > i { background: var(--alarm); box-shadow: 0 0 0 4px color-mix(in srgb, var(--alarm) 14%, transparent); }

.notice { margin-top: 18px; padding: 14px 18px; border: 1px solid var(--line); border-left: 3px solid var(--warm); border-radius: 4px 10px 10px 4px; background: var(--card); }
.notice[data-state="gone"] { border-left-color: var(--alarm); }
.notice p { color: var(--soft); font-size: 14px; }
.notice strong { color: var(--ink); font-weight: 600; }
#key { display: flex; gap: 10px; margin-top: 12px; flex-wrap: wrap; }
#key input:focus-visible { outline-offset: 0; border-radius: 8px; }
#key input { flex: 1 1 220px; min-width: 0; padding: 9px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: inherit; font: 14px var(--mono); }
#key button { padding: 9px 18px; border: 0; border-radius: 8px; background: var(--accent); color: var(--card); font: inherit; font-size: 14px; font-weight: 600; cursor: pointer; }

.tabs { display: flex; gap: 4px; margin-top: 18px; overflow-x: auto; padding: 4px; margin-inline: -4px; scrollbar-width: thin; }
.tab { display: flex; align-items: center; gap: 9px; flex: none; padding: 7px 14px; border: 1px solid transparent; border-radius: 999px; background: none; color: var(--soft); font: inherit; font-size: 14px; cursor: pointer; }
.tab i { width: 7px; height: 7px; box-shadow: none !important; }
.tab:hover { color: var(--ink); }
.tab[aria-selected="true"] { background: var(--card); border-color: var(--line); color: var(--ink); box-shadow: var(--shadow); }
.tab small { color: var(--faint); font-size: 12px; }

#model { transition: opacity .5s; }
#model.stale { opacity: .38; }
.title { margin-top: 26px; }
h1 { font-size: 27px; font-weight: 600; letter-spacing: -.022em; line-height: 1.2; overflow-wrap: anywhere; }
.title .facts { margin-top: 4px; }
.verdict { margin-top: 14px; color: var(--soft); font-size: 16px; max-width: 76ch; }
.verdict b { color: var(--ink); font-weight: 600; }

.cards { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 16px; margin-top: 22px; }
.card { grid-column: span 6; display: flex; flex-direction: column; padding: 18px 20px; border: 1px solid var(--line); border-radius: 14px; background: var(--card); box-shadow: var(--shadow); }
.card.wide { grid-column: span 8; }
.card.narrow { grid-column: span 4; }
h2 { font-size: 13px; font-weight: 600; }
.card .hint { color: var(--soft); font-size: 12.5px; }
.head { display: flex; align-items: flex-start; justify-content: space-between; gap: 4px 16px; flex-wrap: wrap; }
.head.tight { flex-wrap: nowrap; }
.legend { display: flex; gap: 14px; color: var(--soft); font-size: 12px; padding-top: 2px; }
.legend span { display: flex; align-items: center; gap: 6px; }
.legend svg { width: 11px; height: 11px; overflow: visible; }
.gauge { font-size: 26px; font-weight: 400; letter-spacing: -.02em; line-height: 1.1; white-space: nowrap; }
.gauge small, .tile small { color: var(--soft); font-size: 13px; font-weight: 400; letter-spacing: 0; }

.plot { display: block; width: 100%; margin-top: 14px; overflow: visible; }
.plot text { fill: var(--soft); font-size: 11px; }
.plot .empty { font-size: 13px; }
.plot .axis { stroke: var(--line); }
.plot .grid { stroke: var(--grid); }
#scatter { height: 330px; }
.stair { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round; opacity: .55; }
.stair.held { stroke: var(--faint); stroke-dasharray: 2 4; opacity: .8; }
.point { cursor: pointer; outline: none; }
.point .reach { fill: transparent; }
.point .dot { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
.point.held .dot, .legend .held { fill: var(--card); stroke: var(--faint); stroke-width: 1.5; }
.point.chosen:not(.operating) .dot { stroke: var(--ink); stroke-width: 2; }
.point:focus-visible .dot { stroke: var(--ink); stroke-width: 3; }
.legend .free { fill: var(--accent); }
.legend .here { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.cursor line { stroke: var(--accent); stroke-dasharray: 3 3; opacity: .7; }
.cursor circle { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.cursor circle.halo { stroke: none; fill: var(--accent-wash); }
.cursor rect { fill: var(--accent); }
.cursor text { fill: var(--card); font-weight: 600; text-anchor: middle; }

#profile { flex: 1 1 132px; min-height: 132px; }
#profile rect { fill: var(--accent); }
#profile.held rect { fill: var(--faint); }
#profile .all { fill: var(--grid) !important; }
#profile text { text-anchor: middle; }
.reading { display: grid; grid-template-columns: auto 1fr; gap: 5px 18px; margin-top: 16px; font-size: 13.5px; }
.reading dt { color: var(--soft); }
.reading dd { text-align: right; }
.config { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--line); font: 12px/1.6 var(--mono); color: var(--soft); overflow-wrap: anywhere; }

.spark { height: 104px; }
.spark .area { fill: var(--accent-wash); }
.spark .trace { fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.spark .now { fill: var(--accent); }
.spark.warm .area { fill: var(--warm-wash); }
.spark.warm .trace { stroke: var(--warm); }
.spark.warm .now { fill: var(--warm); }

.tiles { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); margin-top: 16px; border: 1px solid var(--line); border-radius: 14px; background: var(--line); gap: 1px; overflow: hidden; box-shadow: var(--shadow); }
.tile { display: flex; flex-direction: column; padding: 16px 18px; background: var(--card); }
.tile dt { color: var(--soft); font-size: 12.5px; }
.tile dd { margin-top: 3px; font-size: 23px; font-weight: 400; letter-spacing: -.015em; line-height: 1.25; white-space: nowrap; }
.tile dd.note { margin-top: auto; padding-top: 4px; color: var(--soft); font-size: 12px; font-weight: 400; letter-spacing: 0; white-space: normal; }
.tile[data-lit="warm"] dd:first-of-type { color: var(--warm); }
.tile[data-lit="alarm"] dd:first-of-type { color: var(--alarm); }

@media (max-width: 860px) {
  .card.wide, .card.narrow, .card { grid-column: span 12; }
  .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
@media (max-width: 520px) {
  body { padding-top: 20px; }
  .cards { gap: 12px; }
  .card { padding: 16px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-top: 12px; }
  .tile { padding: 14px 16px; }
  #scatter { height: 280px; }
  h1 { font-size: 23px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
