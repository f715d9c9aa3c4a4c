"""A bar chart as SVG: how many times as fast, a bar a row, on a logarithmic scale, with the aim as a tick."""
import html
import math

WIDTH, LABEL, RIGHT, BAR, GAP, TOP = 860, 330, 70, 20, 10, 64
STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f; }
.title { font-size: 16px; font-weight: 600; } .note, .axis { font-size: 11px; fill: #57606a; }
.label { text-anchor: end; } .value { font-weight: 600; } .axis { text-anchor: middle; }
.bar { fill: #2f6f9f; } .grid { stroke: #d0d7de; } .one { stroke: #57606a; } .aim { stroke: #bc4c00; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .note, .axis { fill: #9198a1; } .bar { fill: #58a6d6; } .grid { stroke: #3d444d; }
  .one { stroke: #9198a1; } .aim { stroke: #f0883e; }
}"""


def scale(results):
    """Ratio to x: 1 to the next of 2, 5, 10, 20, … above the largest."""
    most = max([result.ratio for result in results] + [result.row.target for result in results] + [2])
    ticks = [step * 10 ** power for power in range(6) for step in (1, 2, 5)]
    ticks = ticks[:next(i for i, tick in enumerate(ticks) if tick >= most) + 1]
    least = min([result.ratio for result in results] + [1])
    span = math.log(ticks[-1] / least)
    return ticks, lambda ratio: LABEL + (WIDTH - LABEL - RIGHT) * math.log(ratio / least) / span


def chart(results):
    ticks, x = scale(results)
    bottom = TOP + len(results) * (BAR + GAP)
    height = bottom + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>scexec beside upstream's executor</title>",
        f"<style>{STYLE}</style>",
        '<text class="title" x="16" y="26">Times as fast as sc-executor, same inputs, same run</text>',
        '<text class="note" x="16" y="45">Bars: ratio of times, logarithmic scale. Orange ticks: what the project aims at.</text>',
    ]
    for tick in ticks:
        kind = "one" if tick == 1 else "grid"
        parts.append(f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="axis" x="{x(tick):.1f}" y="{bottom + 16}">{tick:g}×</text>')
    for index, result in enumerate(results):
        y = TOP + index * (BAR + GAP)
        label = html.escape(result.row.chart)
        left, right = sorted((x(1), x(result.ratio)))
        aim = x(result.row.target)
        parts += [
            f'<text class="label" x="{LABEL - 10}" y="{y + 15}">{label}</text>',
            f'<rect class="bar" x="{left:.1f}" y="{y}" width="{max(right - left, 1):.1f}" height="{BAR}" rx="2"/>',
            f'<line class="aim" x1="{aim:.1f}" x2="{aim:.1f}" y1="{y - 2}" y2="{y + BAR + 2}"/>',
            f'<text class="value" x="{max(right, aim) + 7:.1f}" y="{y + 15}">{result.ratio:.1f}×</text>',
        ]
    return "\n".join(parts + ["</svg>", ""])
