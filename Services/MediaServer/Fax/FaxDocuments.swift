import Contracts
import Foundation

/// Checks documents and brings them into the form of a fax, black and white at 204 by 196 dots an inch, and into that of
/// paper (PDF), with programs of their own: ghostscript, and libtiff's tiff2pdf.
struct FaxDocuments: Sendable {
    private static let patience: Duration = .seconds(60)
    /// A document from anywhere may ask for more memory, time and disk than there is: 2 GiB, a minute, 256 MiB.
    private static let bounds = ["--as=2147483648", "--cpu=60", "--fsize=268435456", "--"]

    let place: FaxPlace
    let mostPages: Int

    /// What a document is, by its first bytes.
    enum Kind: Equatable {
        case pdf, tiff

        init?(_ bytes: [UInt8]) {
            if bytes.starts(with: Array("%PDF-".utf8)) {
                self = .pdf
            } else if bytes.starts(with: [0x49, 0x49, 42, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 42]) {
                self = .tiff
            } else {
                return nil
            }
        }
    }

    /// A document as it can be sent.
    struct Sheet: Sendable {
        let tiff: [UInt8]
        let pages: Int
    }

    /// - Throws: `Failure.invalid` for what cannot be sent; `Failure.unavailable` if a program is missing.
    func sheet(from document: [UInt8]) async throws -> Sheet {
        switch Kind(document) {
        case .tiff:
            guard let read = TIFFPages(document, most: mostPages) else { throw unusable("TIFF") }
            if read.pages.allSatisfy(\.isFax) { return Sheet(tiff: document, pages: read.pages.count) }
            return try await printed(try await pdf(from: document))
        case .pdf: return try await printed(document)
        case nil:
            throw Failure(.invalid, "A fax's document is PDF or TIFF.", code: "unknown_document")
        }
    }

    private func unusable(_ kind: String) -> Failure {
        Failure(
            .invalid, "The \(kind) is damaged, empty, or has more than \(mostPages) pages.", code: "unusable_document")
    }

    /// Black and white, each page as wide as the paper.
    private func printed(_ pdf: [UInt8]) async throws -> Sheet {
        let tiff = try await convert(pdf, "pdf", to: "tif") { input, output in
            [
                "/usr/bin/gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPROMPT", "-sDEVICE=tiffg4", "-r204x196",
                "-sPAPERSIZE=a4", "-dFIXEDMEDIA", "-dPDFFitPage", "-dLastPage=\(mostPages + 1)",
                "-sOutputFile=\(output)", input,
            ]
        }
        guard let read = TIFFPages(tiff, most: mostPages), read.pages.allSatisfy(\.isFax) else { throw unusable("PDF") }
        return Sheet(tiff: tiff, pages: read.pages.count)
    }

    func pdf(from tiff: [UInt8]) async throws -> [UInt8] {
        try await convert(tiff, "tif", to: "pdf") { ["/usr/bin/tiff2pdf", "-o", $1, $0] }
    }

    private func convert(
        _ document: [UInt8], _ from: String, to: String, _ command: (_ input: String, _ output: String) -> [String]
    ) async throws -> [UInt8] {
        let name = UUID().uuidString
        let (input, output) = (place.spoolFile("\(name).\(from)"), place.spoolFile("\(name)-made.\(to)"))
        defer {
            try? FileManager.default.removeItem(atPath: input)
            try? FileManager.default.removeItem(atPath: output)
        }
        try await Disk.run { try Data(document).write(to: URL(fileURLWithPath: input)) }
        let words = command(input, output)
        guard let program = words.first, FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(.unavailable, "The program \(words.first ?? "") is missing.", code: "program_missing")
        }
        guard try await run("/usr/bin/prlimit", Self.bounds + words) == 0 else {
            throw Failure(.invalid, "The document is damaged, or not of the kind it says.", code: "unusable_document")
        }
        return try await Disk.run {
            guard let made = try? Data(contentsOf: URL(fileURLWithPath: output)), !made.isEmpty else {
                throw Failure(.invalid, "There is no page in the document.", code: "unusable_document")
            }
            return [UInt8](made)
        }
    }

    /// - Returns: the status; nil if it took too long.
    private func run(_ program: String, _ arguments: [String]) async throws -> Int32? {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await withCheckedThrowingContinuation { continuation in
                    process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                    do {
                        try process.run()
                    } catch {
                        process.terminationHandler = nil
                        continuation.resume(throwing: error)
                    }
                }
            }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                return nil
            }
            let first = try await group.next() ?? nil
            if first == nil, process.isRunning { kill(process.processIdentifier, SIGKILL) }
            group.cancelAll()
            return first
        }
    }
}
