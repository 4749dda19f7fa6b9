/// Rows in columns that are as wide as what stands in them.
struct Table {
    enum Alignment { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) { self.columns = columns.map { ($0.0, $0.1) } }

    mutating func add(_ row: [String]) { rows.append(row.map(\.withoutControls)) }

    /// The lines, the titles first unless there are none.
    func lines(_ style: Style, indent: String = "") -> [String] {
        let titles = columns.map(\.title)
        let hasTitles = titles.contains { !$0.isEmpty }
        let widths = columns.indices.map { column in
            max(titles[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            var text = indent
            for (column, cell) in cells.enumerated() {
                if column > 0 { text += "  " }
                let isLast = column == cells.count - 1
                switch columns[column].alignment {
                case .left: text += isLast ? cell : cell.padded(to: widths[column])
                case .right: text += cell.paddedLeft(to: widths[column])
                }
            }
            // An empty last cell leaves the gap before it.
            while text.last == " " { text.removeLast() }
            return text
        }
        return (hasTitles ? [style.paint(line(titles), .strong)] : []) + rows.map(line)
    }
}
