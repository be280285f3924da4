"""The stylesheet of a page: a quiet article with numbered sections, in light and in dark, on screen and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d1f24; --soft: #676d78; --paper: #fdfcf9; --rule: #e4e0d6; --mark: #8a2f2a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --soft: #a2a6ae; --paper: #17191d; --rule: #33363c; --mark: #e0958f; }
}
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 18px/1.6 "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif; }
main { max-width: 44rem; margin: 0 auto; padding: 4rem 1.5rem 6rem; counter-reset: step; }
h1 { font-size: 1.9rem; font-weight: 500; line-height: 1.25; margin: 0 0 2.5rem; text-wrap: balance; }
section { border-top: 1px solid var(--rule); padding: 1.4rem 0 0.6rem; counter-increment: step; }
h2 { font-size: 1.05rem; font-weight: 600; margin: 0 0 0.4rem; }
h2::before { content: counter(step); color: var(--mark); display: inline-block; min-width: 2.1rem; }
p { margin: 0; color: var(--soft); }
p math { color: var(--ink); }
.formula { margin: 1rem 0; overflow-x: auto; overflow-y: hidden; padding: 0.3rem 0; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; }
.lines > mtr > mtd { padding: 0.35rem 0; text-align: left; text-align: -webkit-left; }
.lines > mtr > mtd:first-child { text-align: right; text-align: -webkit-right; padding-right: 0.25em; }
figure { margin: 2rem 0 0; }
figure svg { width: 100%; height: auto; }
@media print { body { font-size: 11pt; } section { break-inside: avoid; } main { padding: 0; } }
"""
