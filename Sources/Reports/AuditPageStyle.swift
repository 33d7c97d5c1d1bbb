extension AuditPage {
    /// Readable on paper, on a small screen, and in the dark. No information is only in a color.
    static let style: HTML = """
        :root { color-scheme: light dark; --line: #8888; --bad: #b3261e; --good: #1b6e35; --open: #8a5a00; }
        @media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7fd99a; --open: #ffcc66; } }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 3rem; } h3 { margin-top: 2rem; }
        code, td, th { overflow-wrap: anywhere; } code { font-family: ui-monospace, monospace; font-size: .9em; }
        table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; }
        caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
        th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
        thead th { border-bottom-width: 2px; overflow-wrap: normal; } tfoot th, tfoot td { border-bottom: 0; font-weight: 600; }
        tbody th { font-weight: 400; } .n { text-align: right; font-variant-numeric: tabular-nums; }
        .wide { overflow-x: auto; } dt { font-weight: 600; } dd { margin: 0 0 .5rem 1.5rem; }
        .verdict { font-size: 1.2rem; font-weight: 600; border-left: .4rem solid; padding: .3rem .8rem; }
        .doubts { border-left: .4rem solid; padding: .1rem .8rem; margin: 1rem 0; }
        .clean { border-color: var(--good); } .findings { border-color: var(--bad); }
        .unknown { border-color: var(--open); } footer { margin-top: 3rem; font-size: .85rem; }
        @media print {
        body { max-width: none; margin: 0; font-size: 10pt; } .wide { overflow: visible; }
        section + section { break-before: page; } tr, h3, h4 { break-inside: avoid; } h3, h4 { break-after: avoid; }
        }

        """
}
