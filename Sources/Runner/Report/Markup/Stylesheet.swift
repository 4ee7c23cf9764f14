/// How a report looks: on screens by day and by night, on telephones and on A4.
enum Stylesheet {
    /// - Parameter warning: stands at the top of every page that is printed, where the browser has room for it there.
    static func rules(warning: String? = nil) -> String {
        """

        :root { color-scheme: light dark; \(Palette.light.properties) }
        @media screen and (prefers-color-scheme: dark) { :root { \(Palette.dark.properties) } }
        \(page)\(tables)\(notices)\(figures)\(print)\(warning.map(running) ?? "")
        """
    }

    /// Words of this program, without quotation marks.
    private static func running(_ words: String) -> String {
        let colour = Palette.light.values[.bad] ?? "#000000"
        return "@page { @top-center { content: \"\(words)\"; color: \(colour); font: bold 10pt sans-serif; } }\n"
    }

    private static let page = """
        * { box-sizing: border-box; }
        html { font-size: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0 auto; padding: 0 1.25rem 4rem; max-width: 54rem; background: var(--paper); color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
        header { padding-top: 2.5rem; }
        h1 { margin: 0.2rem 0 0.75rem; font-size: 2rem; line-height: 1.2; letter-spacing: -0.01em; }
        h2 { margin: 3rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.35rem;
          line-height: 1.3; }
        h3 { margin: 1.75rem 0 0.5rem; font-size: 1.05rem; }
        h1, h2, h3, p, li, dd, dt, td, th, caption, figcaption { overflow-wrap: anywhere; }
        p, ul, dl { margin: 0.6rem 0; }
        p, li { max-width: 46rem; }
        ul { padding-left: 1.25rem; }
        li { margin: 0.3rem 0; }
        a { color: var(--accent); text-underline-offset: 0.15em; }
        a:focus-visible, .scroll:focus-visible, pre:focus-visible { outline: 3px solid var(--accent);
          outline-offset: 2px; }
        code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
        code { overflow-wrap: anywhere; }
        pre { margin: 0.6rem 0; padding: 0.75rem 0.9rem; background: var(--panel); border-radius: 6px;
          overflow-x: auto; }
        .kind { margin: 0; color: var(--muted); font-size: 0.875rem; }
        .lead { font-size: 1.125rem; }
        .small { color: var(--muted); font-size: 0.875rem; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { left: 1rem; top: 0.5rem; padding: 0.5rem 0.75rem; background: var(--paper); z-index: 3; }
        nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none;
          font-size: 0.9375rem; }
        nav li { margin: 0; }
        dl div { display: grid; grid-template-columns: 12rem 1fr; gap: 0 1.25rem; padding: 0.45rem 0;
          border-bottom: 1px solid var(--line); }
        dt { color: var(--muted); }
        dd { margin: 0; min-width: 0; }
        dd p, dd ul { margin: 0 0 0.3rem; }
        footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        @media (max-width: 40rem) {
          body { padding: 0 1rem 3rem; }
          h1 { font-size: 1.6rem; }
          dl div { grid-template-columns: 1fr; }
        }

        """

    private static let tables = """
        .scroll { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; min-width: min(100%, 30rem); font-size: 0.875rem; line-height: 1.4;
          font-variant-numeric: tabular-nums; }
        caption { padding: 0 0 0.4rem; text-align: left; font-weight: 600; }
        th, td { min-width: 4.5rem; padding: 0.35rem 0.6rem 0.35rem 0; text-align: left; vertical-align: top;
          border-bottom: 1px solid var(--line); }
        th:last-child, td:last-child { padding-right: 0; }
        thead th { color: var(--muted); font-weight: 600; overflow-wrap: normal; vertical-align: bottom;
          border-bottom-color: var(--muted); }
        tbody th { font-weight: 400; }
        tr td:last-child { min-width: 11rem; }
        tr .number, tr td.number:last-child { min-width: 0; text-align: right; white-space: nowrap; }

        """

    private static let notices = """
        .notice { margin: 1.25rem 0; padding: 0.9rem 1.1rem; border-left: 6px solid; border-radius: 4px; }
        .notice p { margin: 0.25rem 0; }
        .notice .title { font-size: 1.125rem; font-weight: 700; }
        .good { color: var(--good); background: var(--good-paper); }
        .bad { color: var(--bad); background: var(--bad-paper); }
        .caution { color: var(--caution); background: var(--caution-paper); }
        .bar { position: sticky; top: 0; z-index: 2; margin: 0 -1.25rem; padding: 0.6rem 1.25rem; max-width: none;
          background: var(--bad); color: var(--paper); font-weight: 700; }
        .passed { color: var(--good); }
        .failed { color: var(--bad); font-weight: 700; }
        .warned { color: var(--caution); }
        @media (max-width: 40rem) { .bar { margin: 0 -1rem; padding: 0.6rem 1rem; } }

        """

    private static let figures = """
        figure { margin: 1.25rem 0; max-width: 36rem; }
        figcaption { color: var(--muted); font-size: 0.875rem; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--ink); font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial,
          sans-serif; font-variant-numeric: tabular-nums; }
        svg .faint { fill: var(--muted); }
        svg .end { text-anchor: end; }
        svg .middle { text-anchor: middle; }
        svg .grid { stroke: var(--line); stroke-width: 1; fill: none; }
        svg .axis { stroke: var(--muted); stroke-width: 1; fill: none; }
        svg .reference { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 4 3; fill: none; }
        svg .first { stroke: var(--accent); stroke-width: 2; fill: none; }
        svg .other { stroke: var(--second); stroke-width: 2; fill: none; }
        svg .first-mark { fill: var(--accent); stroke: none; }
        svg .other-mark { fill: var(--second); stroke: none; }

        """

    private static let print = """
        @page { size: A4; margin: 16mm 15mm 18mm; }
        @media print {
          html { font-size: 9.5pt; }
          body { max-width: none; padding: 0; line-height: 1.45; }
          header { padding-top: 0; }
          h1 { font-size: 18pt; }
          h2 { margin-top: 7mm; font-size: 13pt; }
          h3 { font-size: 10.5pt; }
          h1, h2, h3, caption { break-after: avoid; }
          .lead, .notice .title { font-size: 11pt; }
          nav, .skip { display: none; }
          a { color: inherit; text-decoration: none; }
          .scroll, pre { overflow: visible; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); }
          th, td, tr td:last-child { min-width: 13mm; }
          thead { display: table-header-group; }
          tr, figure, .notice, dl div { break-inside: avoid; }
          figure { max-width: 120mm; }
          .notice, .bar { border: 2pt solid; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .bar { position: static; margin: 0 0 4mm; padding: 1mm 3mm; }
          dl div { grid-template-columns: 38mm 1fr; }
        }

        """
}
