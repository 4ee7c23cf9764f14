internal import Wire

/// One party's side of a description, from the groups to the numbers that both have (describe.md 3).
struct DescribingRole {
    let role: TrainingRole
    let shape: DescriptionShape
    let own: DescribedRows
    /// At the active party.
    let grouped: GroupedRows?
    let exchange: PaillierShareExchange
    let session: Session
    let progress: @Sendable (TrainingProgress) -> Void

    private var isActive: Bool { role == .active }

    func describe() async throws -> DescribedPair {
        let sizes = try await groups()
        let sums = try await sums(sizes)
        progress(.phase("small cells"))
        let hidden = try await hiddenColumns(sums)
        progress(.phase("numbers"))
        return try await open(hidden.map { !$0 }, sizes, sums)
    }

    /// The active party's groups, at both.
    private func groups() async throws -> [GroupSize] {
        if let grouped {
            try await session.send(GroupsMessage(grouped.sizes))
            return grouped.sizes
        }
        let sizes = try await session.receive(GroupsMessage.self).groups
        guard shape.allows(sizes) else {
            throw DescriptionError.protocolViolation("groups that these rows cannot have")
        }
        return sizes
    }

    // MARK: Sums

    /// `[column][block][item][group]`: of own columns of the active party the sums themselves, of the passive party's columns shares.
    private struct Sums {
        var active: [[[[ShareWord]]]]
        var passive: [[[[ShareWord]]]]
    }

    private func sums(_ sizes: [GroupSize]) async throws -> Sums {
        let layout = try shape.sumLayout()
        let shares: ShareMatrix
        if let grouped {
            shares = try await exchange.ownPackedSums(
                layout, rows: shape.rows, as: GroupVectorsKind.self, GroupSumsKind.self
            ) { grouped.values($0) }
        } else {
            shares = try await exchange.evaluatePackedSums(
                layout, rows: shape.rows, as: GroupVectorsKind.self, GroupSumsKind.self
            ) { own.sumColumns($0) }
        }
        var next = 0
        let passive = shape.passive.map { column in
            let count = column.sums
            defer { next += count }
            return (0..<shape.blocks).map { block in
                var items = (next..<next + count).map { row in
                    (0..<shape.groups).map { shares[row, block * shape.groups + $0] }
                }
                // Counts come after the sums of a numeric column.
                let first = column.isNumeric ? 2 : 0
                if column.leavesFirst { items.insert(rest(of: items.dropFirst(first), sizes, block), at: first) }
                return items
            }
        }
        let active = grouped.map { own.sums($0).map { $0.map { $0.map { $0.map(ShareWord.init) } } } }
        return Sums(active: active ?? [], passive: passive)
    }

    /// A first count's share: the active party's part of the whole is all of it.
    private func rest(of others: ArraySlice<[ShareWord]>, _ sizes: [GroupSize], _ block: Int) -> [ShareWord] {
        (0..<shape.groups).map { group in
            let all = isActive ? ShareWord(Int128(sizes[group].sum(block: block))) : .zero
            return others.reduce(all) { $0 &- $1[group] }
        }
    }

    // MARK: Small cells

    /// Whether a column has a small cell: the active party finds it out and says so, and no more.
    private func hiddenColumns(_ sums: Sums) async throws -> [Bool] {
        func counts(_ sums: [[ShareWord]], _ column: DescribedColumn) -> [ShareWord] {
            sums.dropFirst(column.isNumeric ? 2 : 0).flatMap { $0 }
        }
        let shares = zip(sums.passive, shape.passive).map { counts($0[0], $1) }
        guard isActive else {
            try await exchange.answerCellTests(shares, shape)
            try await session.checkpoint()
            let hidden = try await session.receive(HiddenColumns.self, round: exchange.nextRound()).flags
            guard hidden.count == shape.columns.count else {
                throw DescriptionError.protocolViolation("another number of columns than the table has")
            }
            return hidden
        }
        let small = try await exchange.smallCells(shares, shape)
        let own = zip(sums.active, shape.active).map { sums, column in
            counts(sums[0], column).contains { $0.low < UInt64(shape.minimumCell) }
        }
        let hidden = own + small.map { $0 > 0 }
        try await session.checkpoint()
        try await session.send(HiddenColumns(hidden), round: exchange.nextRound())
        return hidden
    }

    // MARK: Numbers

    private func open(
        _ shown: [Bool], _ sizes: [GroupSize], _ sums: Sums
    ) async throws -> DescribedPair {
        let numbers = shape.numbers(shown: shown, sizes)
        let activeCount = numbers.count { $0.column < shape.active.count }
        let shares = numbers.map { number in
            let isOwn = number.column < shape.active.count
            guard isActive || !isOwn else { return ShareWord.zero }
            let columns = isOwn ? sums.active : sums.passive
            let sum = columns[isOwn ? number.column : number.column - shape.active.count][number.block][number.item][
                number.group]
            return isOwn ? number.whole(sum) : number.window(of: sum)
        }
        let (all, later) = (numbers.map(\.bits), numbers.dropFirst(activeCount).map(\.bits))
        try await session.checkpoint()
        // That of the hidden columns: the passive party has sent nothing in it yet.
        let round = exchange.round
        let sent = isActive ? shares : Array(shares.dropFirst(activeCount))
        let message = DescribedNumbersMessage(sent, bits: isActive ? all : later)
        if isActive { try await session.send(message, round: round) }
        let received = try await session.receive(DescribedNumbersMessage.self, round: round).numbers
        guard let words = received.words(bits: isActive ? later : all) else {
            throw DescriptionError.protocolViolation("numbers that are too many, too few or too wide")
        }
        let values = isActive ? numbers.opened(shares, words) : numbers.opened(words, sent)
        guard numbers.allow(values) else {
            throw DescriptionError.protocolViolation("more rows of a level than a group has")
        }
        guard !numbers.showSmallCell(values, below: shape.minimumCell) else {
            throw DescriptionError.protocolViolation("a column with a small cell, which is not hidden")
        }
        // It looks before it answers: an active party that hides nothing has its own windows and no number.
        if !isActive { try await session.send(message, round: round) }
        let scales = try await scales(shown)
        return DescribedPair(shape, groups: sizes, shown: shown, numbers: values, scales: scales)
    }

    /// Of the numeric columns that are shown: the active party's, and the passive one's.
    private func scales(_ shown: [Bool]) async throws -> (active: [ColumnScale], passive: [ColumnScale]) {
        func count(_ range: Range<Int>) -> Int {
            range.count { shape.columns[$0].isNumeric && shown[$0] }
        }
        let (first, last) = (0..<shape.active.count, shape.active.count..<shape.columns.count)
        let ownRange = isActive ? first : last
        let scales = zip(ownRange, own.scales).compactMap { shown[$0] ? $1?.rounded : nil }
        let round = exchange.nextRound()
        try await session.send(ScalesMessage(scales), round: round)
        let peer = try await session.receive(ScalesMessage.self, round: round).scales
        guard peer.count == count(isActive ? last : first) else {
            throw DescriptionError.protocolViolation("scales of other columns than are shown")
        }
        return isActive ? (scales, peer) : (peer, scales)
    }
}
