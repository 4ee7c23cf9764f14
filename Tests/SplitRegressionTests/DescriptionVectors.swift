import Records

@testable import SplitRegression

/// `protocols/vectors/describe.json`, which another program computed from `protocols/describe.md`.
struct DescriptionVectors: Decodable {
    struct Column: Decodable {
        let kind: String?
        let values: Int?
        let levels: Int?

        var described: DescribedColumn { levels.map { .levels($0) } ?? .numeric(values: values ?? 0) }
        /// As a job has it.
        var spec: ColumnSpec {
            guard let levels else { return .numeric("c") }
            let names = (0..<levels).map { "l\($0)" }
            return .categorical("c", levels: names, reference: names[0])
        }
    }

    struct Group: Decodable {
        let n: UInt64
        let weight: String
        let squares: String

        private enum CodingKeys: String, CodingKey {
            case n
            case weight = "W"
            case squares = "Q"
        }

        var size: GroupSize { GroupSize(rows: n, weight: UInt64(weight) ?? 0, squares: UInt64(squares) ?? 0) }
    }

    struct Scale: Decodable {
        let mean: Double
        let deviation: Double
    }

    struct Columns: Decodable {
        struct Numeric: Decodable {
            let name: String
            let values: [Double]
            let different: Int
            let z: [Int64]
            let s: [Int64]
            let indicators: [[Int64]]
            let scale: Scale
        }

        struct Weights: Decodable {
            let name: String
            let group: [Int]
            let groups: Int
            let values: [Double]
            let integers: [[Int64]]
            let n: [UInt64]
            let weight: [UInt64]
            let squares: [UInt64]

            private enum CodingKeys: String, CodingKey {
                case name, group, groups, values, integers, n
                case weight = "W"
                case squares = "Q"
            }
        }

        let numeric: [Numeric]
        let weights: [Weights]
    }

    struct Layout: Decodable {
        let rows, groups: Int
        let weighted: Bool
        let modulusBits: Int
        let columns: [Column]
        let minimumCell, slotBits, slotsPerCiphertext, ciphertextsPerRow, evaluatorColumns, cells: Int
        let rowsPerChunk, rowChunks, sumsPerChunk, sumChunks, sumCiphertexts, cellsPerChunk, cellChunks: Int
    }

    struct Numbers: Decodable {
        struct Items: Decodable {
            struct Item: Decodable {
                let item: String
                let block, group, cut, bits: Int
            }
            let rows: Int
            let groups: [Group]
            let weighted: Bool
            let items: [Item]
        }

        struct Opening: Decodable {
            let a, b: String
            let cut, bits: Int
            let signed: Bool
            let number: Int64
        }

        struct Own: Decodable {
            let sum: String
            let cut, bits: Int
            let signed: Bool
            let sent: UInt64
            let number: Int64
        }

        struct Size: Decodable {
            let total: String
            let cut: Int
            let levels: [Int64]
            let allowed: Bool
        }

        let items: [Items]
        let openings: [Opening]
        let own: [Own]
        let sizes: [Size]
    }

    struct PayloadCase: Decodable {
        let payload: String
        let bad: String?
        let rows: Int?
        let values: [Value]?
        let groups: [[String]]?
        let flags: [Int]?
        let bits: [Int]?
        let scales: [[Double]]?

        enum Value: Decodable {
            case number(Int)
            case text(String)

            init(from decoder: any Swift.Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
        }
    }

    struct Refused: Decodable {
        let name: String
        let rows, groups, minimumCell: Int
        let weighted: Bool
        let payload: String
        let why: String?
    }

    struct Part: Decodable {
        let party: Int
        let roots, groups, payload, digest: String
        let values, hidden: [Int]
        let numbers: [String]
        let scales: [[Double]]
    }

    struct Result: Decodable {
        struct Numeric: Decodable {
            struct Block: Decodable {
                let means: [Double]
                let deviations: [Double?]
                let difference: Double?
            }
            struct All: Decodable {
                let mean: Double
                let deviation: Double?
            }
            let blocks: [Block]
            let all: All
        }

        struct Levels: Decodable {
            struct Block: Decodable {
                let counts: [[Int]]?
                let shares: [[Double]]
                let differences: [Double?]
            }
            struct All: Decodable {
                let counts: [Int]
                let shares: [Double]
            }
            let levels: [Int]
            let rest: [Int]
            let blocks: [Block]
            let all: All
        }

        struct TableColumn: Decodable {
            let numeric: Numeric?
            let levels: Levels?
        }

        struct Table: Decodable {
            let columns: [TableColumn?]
            let effectiveSizes: [Double]?
        }

        let name: String
        let rows: Int
        let weighted: Bool
        let groups: [Group]
        let columns: [Column]
        let shown: [Bool]
        let numbers: [[[[Int64]]]]
        let scales: [Scale]
        let table: Table
    }

    struct Transcript: Decodable {
        struct Parties: Decodable {
            let active: [Column]
            let passive: [Column]
        }

        struct Message: Decodable {
            let type: UInt16
            let from: String
            let round: UInt32?
            let chunk: UInt32?
            let chunks: UInt32?
            let payload: String?
            let ciphertexts: Int?
        }

        let name: String
        let rows, groups: Int
        let weighted: Bool
        let minimumCell, modulusBits: Int
        let columns: Parties
        let messages: [Message]
        let verdict: String?
    }

    struct Order: Decodable {
        let name: String
        let columns: [Int]
        let words: [String]
        let order: [[Int]]
        let used: Int
    }

    let columns: Columns
    let layouts: [Layout]
    let orders: [Order]
    let numbers: Numbers
    let payloads: [String: [PayloadCase]]
    let parts: [Part]
    let refused: [Refused]
    let results: [Result]
    let sessions: [Transcript]
    let spoiled: [Transcript]
}
