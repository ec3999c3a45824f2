"""What the report wears beside `noctule.html.STYLE`."""

STYLE = """
body { max-width: 68rem }
:root { --table: #c3ccd9; --release: #0b63c5; --good: #1a7f37; --warn: #9a6700; --bad: #c2410c; --cap: #7a3db8 }
@media (prefers-color-scheme: dark) { :root { --table: #46505f; --release: #58a6ff; --good: #3fb950; --warn: #d29922;
  --bad: #ff8c69; --cap: #b58cf5 } }
.banner { border: 2px solid var(--bad); border-radius: .5rem; padding: .6rem .9rem; margin: 1rem 0 }
.banner b { color: var(--bad) }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .92em; margin: .8rem 0 }
a { color: var(--release); text-underline-offset: .15em }
.scroll { overflow-x: auto } svg { display: block; width: 100%; height: auto; overflow: visible }
.key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .92em; color: var(--soft); margin: .5rem 0 }
.key i { display: inline-block; width: 1.1rem; height: .7rem; margin-right: .4rem; vertical-align: baseline }
.key .bar { background: var(--table) } .key .stroke { height: .18rem; background: var(--release);
  vertical-align: .25rem } .key .whisker { width: .12rem; height: .9rem; background: var(--soft) }
.panels { display: grid; gap: 1.1rem 1.4rem; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)) }
figure { margin: 0; min-width: 0 } figcaption { display: flex; gap: .6rem; justify-content: space-between;
  font-size: .9em } figcaption b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
figcaption span { color: var(--soft); white-space: nowrap }
svg text { font: 10px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--soft) }
svg .name { font-size: 11px; fill: var(--ink) } svg .value { font-size: 10.5px; fill: var(--ink); text-anchor: middle;
  pointer-events: none } svg .deep { fill: var(--paper) }
svg .table { fill: var(--table) } svg .heat { fill: var(--release) } svg .grid { stroke: var(--line); stroke-width: .7 }
svg .error { stroke: var(--soft); stroke-width: 1 }
svg .release { stroke: var(--release); stroke-width: 2; fill: none }
svg .unknown { fill: var(--paper); stroke: var(--line) }
svg .cap { stroke-width: 1; stroke: var(--release) } svg .cap.lifetime { stroke: var(--cap) }
svg .tick.year { fill: var(--release) } svg .tick.lifetime { fill: var(--cap) }
svg .spent { stroke-width: 2; fill: none; stroke: var(--release) } svg .spent.lifetime { stroke: var(--cap) }
svg .ahead { stroke-dasharray: 4 3 } svg .now { stroke: var(--soft); stroke-width: .8 }
td:has(.interval) { width: 32% } .interval { height: .9rem; margin: .3rem 0 }
.interval .range { fill: var(--release); fill-opacity: .55 } .interval .at { stroke: var(--ink); stroke-width: 2;
  vector-effect: non-scaling-stroke } .interval .mark { stroke: var(--line); stroke-width: 1;
  vector-effect: non-scaling-stroke }
.trust, .held, .nothing { color: var(--good); font-weight: 600; white-space: nowrap }
.caution, .unclear { color: var(--warn); font-weight: 600; white-space: nowrap }
.use, .alarm, .moved { color: var(--bad); font-weight: 600; white-space: nowrap }
@media (max-width: 40rem) { td:has(.interval) { width: 100% } }
@media print { :root { --table: #c3ccd9; --release: #0b63c5; --good: #000; --warn: #000; --bad: #000; --cap: #7a3db8 }
  nav { display: none } figure, svg { break-inside: avoid } * { print-color-adjust: exact;
  -webkit-print-color-adjust: exact } .panels { grid-template-columns: repeat(3, 1fr) } .scroll { overflow: visible } }
"""
