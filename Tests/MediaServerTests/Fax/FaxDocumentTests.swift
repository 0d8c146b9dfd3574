import Contracts
import Fax
import Foundation
import TestSupport
import Testing

@testable import MediaServer

@Suite struct FaxDocumentTests {
    private let page = Sheets.rows(0, count: 100)

    @Test func `a TIFF's pages are read`() throws {
        let read = try #require(TIFFPages(Sheets.tiff([page, page]), most: 2))
        #expect(read.pages.map(\.width) == [1_728, 1_728])
        #expect(read.pages.map(\.length) == [100, 100])
        #expect(read.pages.allSatisfy { $0.isFax })
        #expect(TIFFPages(Sheets.tiff([page, page]), most: 1) == nil)
    }

    @Test func `a TIFF that is cut off or changed anywhere is read or refused, and never more`() {
        let whole = Sheets.tiff([Sheets.rows(0, count: 2)])
        for length in 0..<whole.count { _ = TIFFPages(Array(whole[..<length]), most: 3) }
        for place in 0..<min(300, whole.count) {
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                var changed = whole
                changed[place] = value
                if let read = TIFFPages(changed, most: 3) {
                    #expect(read.pages.allSatisfy { $0.strips.allSatisfy { $0.upperBound <= changed.count } })
                }
            }
        }
    }

    @Test func `a form's fields are read`() throws {
        let body =
            "--x\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n123\r\n"
            + "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.pdf\"\r\n"
            + "Content-Type: application/pdf\r\n\r\n%PDF-\r\n--\r\nx\r\n--x--\r\n"
        let form = try #require(FormData(Array(body.utf8), contentType: "multipart/form-data; boundary=\"x\""))
        #expect(form.text("to") == "123")
        #expect(form.text("document") == "%PDF-\r\n--\r\nx")
        #expect(form.text("from") == nil)
    }

    @Test func `a form that is cut off is none`() {
        let body = Array("--x\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n123\r\n--x--".utf8)
        for length in 0..<(body.count - 1) {
            #expect(FormData(Array(body[..<length]), contentType: "multipart/form-data; boundary=x") == nil)
        }
        #expect(FormData(body, contentType: "multipart/form-data") == nil)
        #expect(FormData(body, contentType: "text/plain; boundary=x") == nil)
    }

    @Test func `a worker's output is cut into events, whatever else is in it`() {
        var lines = FaxEventLines()
        #expect(lines.take(Array("{\"page\":{\"_0\":".utf8)).isEmpty)
        #expect(lines.take(Array("2}}\nnonsense\n{\"ready\":{}}\n".utf8)) == [.page(2), .ready])
    }

    private func withDocuments(mostPages: Int = 5, _ body: (FaxDocuments) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "documents-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let place = FaxPlace(directory: directory, keys: nil)
        try place.prepare()
        try await body(FaxDocuments(place: place, mostPages: mostPages))
    }

    @Test func `PDF becomes a fax, and a fax PDF`() async throws {
        try await withDocuments { documents in
            let pdf = try await documents.pdf(from: Sheets.tiff([page, page]))
            #expect(FaxDocuments.Kind(pdf) == .pdf)
            let sheet = try await documents.sheet(from: pdf)
            #expect(sheet.pages == 2)
            let read = try #require(TIFFPages(sheet.tiff, most: 5))
            #expect(read.pages.allSatisfy { $0.isFax && $0.width == 1_728 && $0.compression == 4 })
        }
    }

    @Test func `a fax that is one already stays as it is`() async throws {
        try await withDocuments { documents in
            let tiff = Sheets.tiff([page])
            let sheet = try await documents.sheet(from: tiff)
            #expect(sheet.tiff == tiff)
        }
    }

    @Test func `what is no document, damaged or too long is refused in words`() async throws {
        try await withDocuments(mostPages: 1) { documents in
            let damaged = Array("%PDF-1.4 nothing of the kind".utf8)
            let long = Sheets.tiff([page, page])
            for document in [Array("GIF89a".utf8), damaged, long, Array("II*\0".utf8)] {
                await #expect(throws: Failure.self) { try await documents.sheet(from: document) }
            }
        }
    }

    @Test func `documents are sealed where there is a key, and open for their fax only`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "faxes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let key = Data(repeating: 7, count: 32).base64EncodedString()
        let place = FaxPlace(directory: directory, keys: try RecordingKeys(file: "k1 \(key)"))
        var owned = OwnedFax(
            tenant: "t", instance: "media-server/1",
            fax: Fax(
                id: "f", direction: .sent, state: .queued, number: "1", line: "2", pages: 1, attempts: 0,
                mostAttempts: 1, createdAt: Timestamp(microseconds: 0)),
            options: FaxOptions(), pauseSeconds: 1)
        let document = Sheets.tiff([page])
        try place.keep(document, of: &owned)
        #expect(owned.file == "t/1970-01-01/f.tif.sealed")
        #expect(owned.keyID == "k1")
        #expect(try place.document(of: owned) == document)
        let raw = try Data(contentsOf: directory.appending(path: owned.file ?? ""))
        #expect(raw.firstRange(of: Data(document[200..<300])) == nil)
        let other = OwnedFax(
            tenant: "u", instance: owned.instance, fax: owned.fax, options: owned.options, pauseSeconds: 1,
            file: owned.file)
        #expect(throws: (any Error).self) { try place.document(of: other) }
        place.remove(owned)
        #expect(throws: Failure.self) { try place.document(of: owned) }
    }
}
