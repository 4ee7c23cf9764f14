internal import Wire

/// One party's side of a description, from the groups to the table (describe.md 3).
struct DescribingRole {
    let role: TrainingRole
    let plan: DescriptionPlan
    let shape: DescriptionShape
    let own: DescribedRows
    /// At the active party.
    let grouped: GroupedRows?
    let exchange: PaillierShareExchange
    let session: Session
    let progress: @Sendable (TrainingProgress) -> Void

    private var isActive: Bool { role == .active }

    func describe() async throws -> DescriptionTable {
        let sizes = try await groups()
        let sums = try await sums(sizes)
        progress(.phase("small cells"))
        let cells = cells(sums)
        let small = try await small(cells.own, cells.shared)
        let pools = shape.pools(small: small)
        var smallPools: [Bool] = []
        if !pools.tested.isEmpty {
            let sums = poolSums(cells, pools)
            smallPools = try await self.small(sums.own, sums.shared, activeCount: sums.activeCount)
        }
        let shown = shape.shown(pools, smallPools: smallPools)
        progress(.phase("numbers"))
        return try await open(shown, sizes, sums)
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

    private struct Cells {
        /// Of own columns, at the active party.
        var own: [ShareWord]
        var shared: [ShareWord]
        /// How many the active party knows alone.
        var activeCount: Int
    }

    private func cells(_ sums: Sums) -> Cells {
        func counts(_ sums: [[[[ShareWord]]]], _ columns: [DescribedColumn]) -> [ShareWord] {
            zip(sums, columns).flatMap { $0[0].dropFirst($1.isNumeric ? 2 : 0).flatMap { $0 } }
        }
        return Cells(
            own: counts(sums.active, shape.active), shared: counts(sums.passive, shape.passive),
            activeCount: shape.activeCells)
    }

    /// Of each pool the sum over its levels, a group each.
    private func poolSums(_ cells: Cells, _ pools: [CellPool]) -> Cells {
        var result = Cells(own: [], shared: [], activeCount: 0)
        let first = shape.columns.reduce(into: [0]) { $0.append($0[$0.count - 1] + shape.cells($1)) }
        for (column, levels) in pools.tested {
            let isOwn = column < shape.active.count
            if isOwn { result.activeCount += shape.groups }
            guard isActive || !isOwn else { continue }
            let (counts, start) =
                isOwn ? (cells.own, first[column]) : (cells.shared, first[column] - shape.activeCells)
            let sums = (0..<shape.groups).map { group in
                levels.reduce(ShareWord.zero) { $0 &+ counts[start + $1 * shape.groups + group] }
            }
            if isOwn { result.own += sums } else { result.shared += sums }
        }
        return result
    }

    /// Whether each is small; one that either party calls so is.
    ///
    /// - Parameters:
    ///   - own: counts that the active party knows.
    ///   - shared: shares of the passive party's cells.
    private func small(_ own: [ShareWord], _ shared: [ShareWord], activeCount: Int? = nil) async throws -> [Bool] {
        let known =
            isActive
            ? own.map { $0.low < UInt64(shape.minimumCell) }
            : Array(repeating: false, count: activeCount ?? shape.activeCells)
        let flags = known + (try await exchange.smallCells(shared, shape, isActive: isActive))
        try await session.checkpoint()
        let round = exchange.nextRound()
        try await session.send(SmallCells(flags), round: round)
        let peer = try await session.receive(SmallCells.self, round: round).flags
        guard peer.count == flags.count, isActive ? !peer.prefix(known.count).contains(true) : true else {
            throw DescriptionError.protocolViolation("small cells that are not those of this table")
        }
        return zip(flags, peer).map { $0 || $1 }
    }

    // MARK: Numbers

    private func open(
        _ shown: [ShownColumn], _ sizes: [GroupSize], _ sums: Sums
    ) async throws -> DescriptionTable {
        let numbers = shape.numbers(shown, sizes)
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
        let round = exchange.nextRound()
        let sent = isActive ? shares : Array(shares.dropFirst(activeCount))
        try await session.send(DescribedNumbersMessage(sent, bits: isActive ? all : later), round: round)
        let received = try await session.receive(DescribedNumbersMessage.self, round: round).numbers
        guard let words = received.words(bits: isActive ? later : all) else {
            throw DescriptionError.protocolViolation("numbers that are too many, too few or too wide")
        }
        let values = numbers.enumerated().map { index, number in
            guard index >= activeCount else { return number.opened(isActive ? shares[index] : words[index]) }
            return number.opened(shares[index], isActive ? words[index - activeCount] : words[index])
        }
        guard numbers.allow(values) else {
            throw DescriptionError.protocolViolation("more rows of a level than a group has")
        }
        return DescriptionTable(
            plan: plan, shape: shape, sizes: sizes, shown: shown, numbers: Array(zip(numbers, values)),
            scales: try await scales(shown))
    }

    /// Of all numeric columns that are shown.
    private func scales(_ shown: [ShownColumn]) async throws -> [ColumnScale] {
        func count(_ range: Range<Int>) -> Int {
            range.count { shape.columns[$0].isNumeric && shown[$0].isShown }
        }
        let (first, last) = (0..<shape.active.count, shape.active.count..<shape.columns.count)
        let ownRange = isActive ? first : last
        let scales = zip(ownRange, own.scales).compactMap { shown[$0].isShown ? $1?.rounded : nil }
        let round = exchange.nextRound()
        try await session.send(ScalesMessage(scales), round: round)
        let peer = try await session.receive(ScalesMessage.self, round: round).scales
        guard peer.count == count(isActive ? last : first) else {
            throw DescriptionError.protocolViolation("scales of other columns than are shown")
        }
        return isActive ? scales + peer : peer + scales
    }
}
