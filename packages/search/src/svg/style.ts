/** How many series have a colour of their own; then they start again. */
export const SERIES_COLOURS = 3;

/** Colours are literal, for readers that know no CSS variables, and change where the reader prefers a dark page. */
export const style = `
  .pareto-front { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
  .pareto-front .paper { fill: #ffffff; }
  .pareto-front text { fill: #5d6778; }
  .pareto-front .title { fill: #1a2130; font-size: 17px; font-weight: 600; }
  .pareto-front .name { fill: #1a2130; }
  .pareto-front .grid { stroke: #e8ecf1; fill: none; }
  .pareto-front .axis { stroke: #a5aebb; fill: none; }
  .pareto-front .dominated { fill: #2557d6; fill-opacity: 0.07; }
  .pareto-front .line { stroke: #2557d6; stroke-width: 2; fill: none; stroke-linejoin: round; }
  .pareto-front .beyond { stroke-opacity: 0.3; }
  .pareto-front .point { fill: #2557d6; stroke: #ffffff; stroke-width: 1.25; }
  .pareto-front .dots { fill: none; stroke-linecap: round; stroke-width: 4; }
  .pareto-front .series-0 { stroke: #c3cad5; } .pareto-front .series-1 { stroke: #57b8a9; } .pareto-front .series-2 { stroke: #c08bd9; }
  .pareto-front .ring { fill: none; stroke: #c2410c; stroke-width: 2.25; }
  .pareto-front .halo { stroke: #ffffff; stroke-width: 4; stroke-linejoin: round; }
  .pareto-front .callout { fill: #a8370a; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .pareto-front .paper { fill: #11161e; }
    .pareto-front text { fill: #9aa5b5; }
    .pareto-front .title, .pareto-front .name { fill: #e7ebf1; }
    .pareto-front .grid { stroke: #232b37; } .pareto-front .axis { stroke: #566173; }
    .pareto-front .dominated { fill: #7ea6ff; fill-opacity: 0.09; } .pareto-front .line { stroke: #7ea6ff; }
    .pareto-front .point { fill: #7ea6ff; stroke: #11161e; }
    .pareto-front .series-0 { stroke: #465163; } .pareto-front .series-1 { stroke: #2f8578; } .pareto-front .series-2 { stroke: #8a5ba3; }
    .pareto-front .ring { stroke: #f7a35c; } .pareto-front .halo { stroke: #11161e; } .pareto-front .callout { fill: #f7a35c; }
  }`;
