extension AuditPage {
    /// Readable on paper, on a small screen, and in the dark. No information is only in a color.
    static let style: HTML = """
        :root { color-scheme: light dark; --paper: #fff; --ink: #1c1f23; --soft: #5a626b; --line: #d5dae0;
        --card: #f5f7f9; --bad: #b3261e; --good: #1b6e35; --open: #8a5a00;
        --current: #2e8b57; --stale: #e0a526; --plaintext: #c8372d; --unreadable: #7b3fa0; --unknown: #8b949e; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --soft: #a0a8b1; --line: #343a41;
        --card: #1d2125; --bad: #ff8a80; --good: #7fd99a; --open: #ffcc66;
        --current: #4cb27a; --stale: #e8b84a; --plaintext: #ee6a5f; --unreadable: #b98ad6; --unknown: #7d868f; } }
        * { box-sizing: border-box; }
        body { font: 1rem/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
        h3 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
        h4 { margin: 1.75rem 0 .5rem; } p { margin: .5rem 0; } ul { margin: .5rem 0; padding-left: 1.25rem; }
        .by, .small, footer, span { color: var(--soft); font-size: .875em; } footer { margin-top: 3rem;
        border-top: 1px solid var(--line); padding-top: .75rem; }
        code, td, th, dd, li, p { overflow-wrap: anywhere; }
        code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem;
        white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; }
        table { border-collapse: collapse; margin: .75rem 0; font-size: .9em; }
        caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
        thead th { font-size: .8em; letter-spacing: .03em; color: var(--soft); overflow-wrap: normal; }
        tfoot th, tfoot td { border-bottom: 0; font-weight: 600; } tbody th { font-weight: 400; }
        .n { text-align: right; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
        .cards, .controls { width: 100%; } .cards tbody th { font-weight: 600; }
        .cards td { overflow-wrap: normal; font-variant-numeric: tabular-nums; }
        dl { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .35rem 1rem; margin: .5rem 0; }
        dt { color: var(--soft); } dd { margin: 0; }
        .verdict { font-size: 1.3em; line-height: 1.35; font-weight: 600; border-left: .45rem solid;
        border-radius: .3rem; background: var(--card); padding: .8rem 1rem; margin: .5rem 0 1rem; }
        .verdict::first-letter { text-transform: uppercase; }
        .doubts, .next { border-left: .45rem solid var(--line); border-radius: .3rem; background: var(--card);
        padding: .5rem 1rem; margin: 1rem 0; } .doubts > p { font-weight: 600; }
        .clean { border-color: var(--good); } .findings { border-color: var(--bad); }
        .unknown { border-color: var(--open); }
        .tiles { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(5, 1fr); gap: .6rem;
        margin: 1rem 0 .75rem; }
        .tiles li { background: var(--card); border-top: .3rem solid var(--c); border-radius: .3rem; padding: .5rem .7rem;
        font-size: .9em; } .tiles b { display: block; font-size: 1.8em; line-height: 1.2;
        font-variant-numeric: tabular-nums; }
        .k-current { --c: var(--current); } .k-stale { --c: var(--stale); } .k-plaintext { --c: var(--plaintext); }
        .k-unreadable { --c: var(--unreadable); } .k-unknown { --c: var(--unknown); }
        .bar { display: block; width: 100%; height: .9rem; border-radius: .25rem; background: var(--card); }
        .s-current, .s-judged { fill: var(--current); } .s-stale { fill: var(--stale); }
        .s-plaintext { fill: var(--plaintext); } .s-unreadable { fill: var(--unreadable); }
        .s-unknown { fill: var(--unknown); } .s-outside { fill: var(--line); }
        .resource { margin: 1.1rem 0; } .resource p { margin: 0 0 .3rem; }
        .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .3rem 0 0;
        font-size: .875em; } .legend li { border-left: .7rem solid var(--c); padding-left: .4rem; line-height: 1.2; }
        .v { font-weight: 600; white-space: nowrap; } .v-met { color: var(--good); } .v-notMet { color: var(--bad); }
        .v-notShown { color: var(--open); } .controls td p { margin: 0 0 .3rem; }
        .controls td p:first-child { font-weight: 600; } .controls { table-layout: fixed; }
        .controls thead th { width: 25%; } .controls thead th + th { width: 13%; }
        .controls thead th + th + th { width: 62%; } .cards tbody th { min-width: 9em; }
        @media screen and (max-width: 44rem) {
        body { margin: 1rem auto; padding: 0 .9rem; } .verdict { font-size: 1.1rem; }
        .tiles { grid-template-columns: repeat(2, 1fr); } .tiles li:last-child { grid-column: 1 / -1; } dl { grid-template-columns: 1fr; gap: 0; }
        dd { margin-bottom: .5rem; }
        .cards thead, .controls thead { display: none; }
        .cards, .cards tbody, .cards tr, .cards th, .cards td, .controls, .controls tbody, .controls tr, .controls th,
        .controls td { display: block; width: auto; border: 0; padding: 0; text-align: left; }
        .cards tr, .controls tr { background: var(--card); border-radius: .4rem; padding: .6rem .8rem; margin: .6rem 0; }
        .cards td { display: flex; justify-content: space-between; gap: 1rem; padding-top: .15rem; }
        .cards td::before { content: attr(data-head); color: var(--soft); font-size: .75rem; padding-top: .15rem; }
        .controls td { padding-top: .3rem; }
        }
        @page { size: A4; margin: 16mm 15mm; }
        @media print {
        :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --card: #f3f3f3;
        --bad: #b3261e; --good: #1b6e35; --open: #7a4f00; --current: #2e8b57; --stale: #e0a526; --plaintext: #c8372d;
        --unreadable: #7b3fa0; --unknown: #8b949e; }
        * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        body { max-width: none; margin: 0; padding: 0; font-size: 9.5pt; } .wide { overflow: visible; }
        h1 { font-size: 16pt; } h2 { font-size: 12pt; } h3 { font-size: 12pt; margin-top: 1.4rem; }
        table { font-size: 8.5pt; } th, td { padding: .2rem .35rem; } dl { grid-template-columns: 11rem 1fr; }
        .controls { font-size: 8pt; } .controls td p { margin-bottom: .15rem; } p, ul { orphans: 3; widows: 3; }
        section + section { break-before: page; } tr, .resource, .tiles, .verdict, .doubts, .next, dt, dd, li
        { break-inside: avoid; } h2, h3, h4, caption { break-after: avoid; } thead { display: table-header-group; }
        tfoot { display: table-row-group; } a { color: inherit; text-decoration: none; }
        }

        """
}
