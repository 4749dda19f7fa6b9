internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The archive of a backup: where in it each of its files lies.
struct TarArchive {
    /// What else an archive may have been packed with, by what such a file begins with.
    enum Packing: String, CaseIterable {
        case gzip, zstd, xz, bzip2

        var magic: [UInt8] {
            switch self {
            case .gzip: [0x1F, 0x8B]
            case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
            case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]
            case .bzip2: [0x42, 0x5A, 0x68]
            }
        }

        var unpacking: String {
            switch self {
            case .gzip: "gunzip"
            case .zstd: "unzstd"
            case .xz: "unxz"
            case .bzip2: "bunzip2"
            }
        }
    }

    let file: OpenFile
    private let entries: [String: Range<Int>]
    /// Where it has to hold zeros: behind each file, and from the last one on.
    private let gaps: [Range<Int>]
    /// Where the headers begin.
    private let headers: [Int]
    /// Where a header should begin that cannot be read, and what lies behind it was not looked at.
    let damagedHeader: Int?

    /// - Throws: `notFound`, `inputOutput`.
    init(_ disk: any Disk, _ path: String) throws(StoreError) {
        var entries: [String: Range<Int>] = [:]
        var gaps: [Range<Int>] = []
        var headers: [Int] = []
        var damagedHeader: Int?
        do throws(Errno) {
            let file = try OpenFile(disk, path, .read)
            let size = try file.size()
            var at = 0
            while at + TarEntry.blockBytes <= size {
                let block = try file.read(TarEntry.blockBytes, at: at)
                guard let entry = TarEntry(decoding: block.bytes) else {
                    let isHeader = at > 0 || TarEntry.isMarked(block.bytes)
                    if isHeader && !block.bytes.isZero(0..<block.count) { damagedHeader = at }
                    break
                }
                let start = at + TarEntry.blockBytes
                guard entry.byteCount <= size - start else { break }
                let end = start + entry.byteCount
                headers.append(at)
                entries[entry.name] = start..<end
                at = end + TarEntry.padding(behind: entry.byteCount)
                gaps.append(end..<min(at, size))
            }
            if at < size { gaps.append(at..<size) }
            self.file = file
        } catch {
            if error == .ENOENT { throw .noBackup("nothing is there", path) }
            throw .inputOutput("The backup cannot be read", path, error)
        }
        self.entries = entries
        self.gaps = gaps
        self.headers = headers
        self.damagedHeader = damagedHeader
    }

    /// What it was packed with, where it is no archive before that is undone.
    /// - Throws: `inputOutput`.
    func packing() throws(StoreError) -> Packing? {
        let first: SharedBytes
        do throws(Errno) { first = try file.read(6, at: 0) } catch {
            throw .inputOutput("The backup cannot be read", file.path, error)
        }
        let bytes = first.bytes.copied()
        return Packing.allCases.first { bytes.starts(with: $0.magic) }
    }

    /// Where a file lies; nil where it is not in the archive.
    subscript(name: String) -> Range<Int>? { entries[name] }

    /// What is not as it was written of all that is no part of a file. None of it touches one.
    /// - Throws: `inputOutput`.
    func findings() throws(StoreError) -> [Verifier.Finding] {
        var findings: [Verifier.Finding] = []
        func add(_ what: String, _ offset: Int) {
            findings.append(
                Verifier.Finding(
                    what: what, place: "\(file.path), offset \(offset)", isHarmless: true))
        }
        do throws(Errno) {
            for header in headers {
                let sum = try file.read(TarEntry.sumBytes, at: header + TarEntry.sumAt)
                if !TarEntry.isEnded(sum.bytes) {
                    add("the sum in a header of the archive is damaged", header)
                }
            }
            for gap in gaps {
                if try FrameScanner.isZero(file, from: gap.lowerBound, to: gap.upperBound) {
                    continue
                }
                add("bytes that belong to no file stand in the archive", gap.lowerBound)
            }
        } catch {
            throw .inputOutput("The backup cannot be read", file.path, error)
        }
        return findings
    }
}
