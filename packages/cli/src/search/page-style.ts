/** Style of the report: light and dark, wide and narrow. */
export const pageStyle = `
  :root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6575; --line: #e2e6ec; --paper: #ffffff; --tint: #f5f7fa; --accent: #2557d6; --bar: #cfdcfb; --held: #b45309; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa5b5; --line: #2b3442; --paper: #12161d; --tint: #1a2029; --accent: #7ea6ff; --bar: #2c4377; --held: #f5b25c; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
  h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
  .lead { color: var(--soft); margin: 0 0 1.5rem; overflow-wrap: anywhere; }
  .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1.5rem; padding: 0; list-style: none; }
  .facts li { background: var(--tint); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; color: var(--soft); font-size: .85rem; }
  .facts strong { display: block; color: var(--ink); font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
  svg.chart { width: 100%; height: auto; display: block; }
  .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
  th, td { padding: .5rem .75rem; text-align: right; border-bottom: 1px solid var(--line); } tr:last-child td { border-bottom: 0; }
  th { background: var(--tint); color: var(--soft); font-weight: 600; font-size: .8rem; line-height: 1.3; white-space: normal; vertical-align: bottom; } td:last-child, th:last-child { text-align: left; }
  .narrow table { width: auto; } .narrow .scroll { width: fit-content; max-width: 100%; } .narrow td:first-child, .narrow th:first-child { text-align: left; } .narrow td:last-child, .narrow th:last-child { text-align: right; }
  .told { color: var(--soft); font-size: .9rem; margin: .75rem 0 0; } ul.told { margin-top: .25rem; padding-left: 1.25rem; }
  .warning { border: 1px solid var(--held); border-radius: .5rem; padding: .9rem 1.1rem 1.1rem; margin: 0 0 1.5rem; } .warning h2 { margin: 0 0 .4rem; } .warning p { margin: 0; } .warning ul { margin: .4rem 0 .8rem; padding-left: 1.25rem; }
  tr.full td { color: var(--soft); }
  .lengths { display: inline-flex; align-items: flex-end; gap: 2px; height: 1.5rem; margin-right: .6rem; vertical-align: middle; } .lengths i { width: 6px; background: var(--bar); border-top: 2px solid var(--accent); }
  .ratios { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .8rem; color: var(--soft); }
  h3 { font-size: 1rem; margin: 1.5rem 0 .15rem; } p.ratios { margin: 0 0 .5rem; overflow-wrap: anywhere; }
  .tokens th, .tokens td { text-align: left; vertical-align: baseline; } .tokens th { position: sticky; left: 0; white-space: nowrap; } .tokens td:nth-child(2) { color: var(--soft); text-align: right; } .tokens s { color: var(--soft); opacity: .55; }
  .one { display: inline-block; border: 1px solid var(--accent); background: var(--tint); border-radius: .35rem; padding: 0 .4rem; margin: 0 .15rem .25rem 0; } .merged { font-size: .9rem; margin-top: .4rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
  pre { background: var(--tint); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
  @media (max-width: 34rem) { main { padding: 1.25rem .9rem 3rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } th, td { padding: .45rem .55rem; } }`;
