import Contracts
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// `/v1/faxes`: faxes to send, sent and received.
struct FaxRoutes {
    /// The forms that a document is handed out in.
    enum Form: String, CaseIterable, Sendable { case pdf, tiff }

    let office: FaxOffice
    /// What is known of who may call where: a number that nobody may call is refused before it waits.
    let normal: @Sendable (String) -> String?

    var routes: [APIRoute] {
        let settings: [APIParameter] = [
            .text("to", "The number of the other machine."),
            .text("from", "Ours; the tenant's standard one if left out."),
            .text("station", "What the other machine is shown, 20 characters at most; `from` if left out."),
            .text("header", "On top of each page, 50 characters at most."),
            .number("attempts", in: 1...10, "How many calls at most."),
            .number("pause", in: 1...86_400, "Seconds between two calls."),
            .choice("transport", FaxTransport.self, "How it travels."),
        ]
        return [
            .raw(
                .post, "/v1/faxes",
                "Send a fax: PDF or TIFF as the body, or a form with the field `document`; an Idempotency-Key makes it harmless to ask again",
                .faxSend, parameters: settings, accepts: "application/pdf", produces: "application/json",
                status: .accepted, use: send),
            APIRoute(
                .get, "/v1/faxes", "Find faxes, newest first", .faxView,
                parameters: [
                    .text("from", "Not before."), .text("to", "Before."),
                    .choice("direction", FaxDirection.self, "Sent or received."),
                    .choice("state", Fax.State.self, "In this state."),
                    .text("number", "The other side's, or its beginning with `*` behind."),
                    .text("line", "Ours."), .text("call", "Of this call."),
                ] + .page, use: list),
            APIRoute(.get, "/v1/faxes/{id}", "One fax", .faxView, use: one),
            .raw(
                .get, "/v1/faxes/{id}/document", "Its document", .faxView,
                parameters: [.choice("format", Form.self, "PDF if left out.")], produces: "application/pdf",
                use: document),
            APIRoute(
                .delete, "/v1/faxes/{id}", "Send it no more, and remove its document", .faxManage, use: remove),
        ]
    }

    /// What is asked for, from the query or from a form.
    private struct Wish {
        var document: [UInt8]
        var words: [String: String] = [:]

        func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
            guard let text = words[name] else { return nil }
            guard let value = Int(text), range.contains(value) else {
                throw Failure(.invalid, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
            }
            return value
        }
    }

    @Sendable func send(_ call: APICall<Nothing>) async throws -> Response {
        let wish = try await wish(call)
        let tenant = try call.tenant
        let hash = Self.hash(wish)
        let key = call.idempotencyKey.map { "\(call.identity.user)/\($0)" }
        guard call.idempotencyKey.map({ (1...200).contains($0.utf8.count) }) ?? true else {
            throw Failure(.invalid, "An Idempotency-Key has 1 to 200 characters.")
        }
        if let key, let made = try await office.store.find(requestKey: key, tenant: tenant) {
            return try again(made, hash)
        }
        var owned = try order(wish, call, tenant)
        let sheet = try await office.documents.sheet(from: wish.document)
        (owned.requestKey, owned.requestHash) = (key, key == nil ? nil : hash)
        owned.fax.pages = 0
        let prepared = owned
        owned = try await Disk.run { [place = office.place] in
            var owned = prepared
            try place.keep(sheet.tiff, of: &owned)
            return owned
        }
        guard try await office.store.insert(owned) else {
            office.place.remove(owned)
            guard let key, let made = try await office.store.find(requestKey: key, tenant: tenant) else {
                throw Failure(.conflict, "The same request is being worked on.", code: "request_under_way")
            }
            return try again(made, hash)
        }
        office.submit(owned)
        call.log.info("fax queued", metadata: ["fax.id": "\(owned.fax.id)", "pages": "\(sheet.pages)"])
        return try Self.answer(owned.fax)
    }

    private func again(_ made: OwnedFax, _ hash: String) throws -> Response {
        guard made.requestHash == hash else {
            throw HTTPFailure(
                Failure(
                    .conflict, "This Idempotency-Key was used for another request.", code: "idempotency_key_reused"),
                status: .unprocessableContent)
        }
        return try Self.answer(made.fax)
    }

    private static func answer(_ fax: Fax) throws -> Response {
        Response(
            status: .accepted, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(fax))))
    }

    private func wish(_ call: APICall<Nothing>) async throws -> Wish {
        let body = try await call.bytes(upTo: office.configuration.mostBytes)
        var wish = Wish(document: Array(body.readableBytesView))
        let names = ["to", "from", "station", "header", "attempts", "pause", "transport"]
        let type = call.request.headers[.contentType] ?? ""
        if type.lowercased().hasPrefix("multipart/") {
            guard let form = FormData(wish.document, contentType: type), let document = form["document"] else {
                throw Failure(.invalid, "The form cannot be read, or has no field `document`.", code: "bad_form")
            }
            for name in names { wish.words[name] = form.text(name) }
            wish.document = Array(document)
        } else {
            for name in names { wish.words[name] = call.query(name) }
        }
        guard !wish.document.isEmpty else { throw Failure(.invalid, "There is no document.", code: "no_document") }
        return wish
    }

    private func order(_ wish: Wish, _ call: APICall<Nothing>, _ tenant: TenantID) throws -> OwnedFax {
        guard let number = wish.words["to"], normal(number) != nil else {
            throw Failure(.invalid, "`to` is the number of the other machine.", code: "bad_number")
        }
        let line = wish.words["from"] ?? ""
        guard line.utf8.count <= 32, line.utf8.allSatisfy(\.isDialled) else {
            throw Failure(.invalid, "`from` is one of our numbers.", code: "bad_number")
        }
        var options = FaxOptions(station: wish.words["station"], header: wish.words["header"])
        if let transport = wish.words["transport"] {
            guard let known = FaxTransport(rawValue: transport) else {
                let allowed = FaxTransport.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(.invalid, "transport is one of \(allowed).")
            }
            options.transport = known
        }
        options.mostPages = office.configuration.mostPages
        if let problem = options.problem { throw Failure(.invalid, problem) }
        let now = Timestamp.now()
        return OwnedFax(
            tenant: tenant, instance: office.instance.description,
            fax: Fax(
                id: .make(at: now), direction: .sent, state: .queued, number: number, line: line, pages: 0,
                attempts: 0,
                mostAttempts: try wish.number("attempts", in: 1...10) ?? office.configuration.attempts,
                createdAt: now, createdBy: call.identity.user),
            options: options,
            pauseSeconds: try wish.number("pause", in: 1...86_400) ?? office.configuration.pauseSeconds)
    }

    private static func hash(_ wish: Wish) -> String {
        var hash = SHA256()
        hash.update(data: Data(wish.words.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined().utf8))
        hash.update(data: wish.document)
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Fax> {
        let filter = FaxFilter(
            from: try call.time("from"), to: try call.time("to"),
            direction: try call.query("direction", as: FaxDirection.self),
            state: try call.query("state", as: Fax.State.self), number: call.query("number"), line: call.query("line"),
            call: try call.query("call", as: CallID.self))
        return try await office.store.search(filter, call.page(), tenant: call.tenant)
    }

    @Sendable func one(_ call: APICall<Nothing>) async throws -> Fax {
        try await office.find(call.path("id"), tenant: call.tenant).fax
    }

    @Sendable func document(_ call: APICall<Nothing>) async throws -> Response {
        let owned = try await office.find(call.path("id"), tenant: call.tenant)
        guard owned.instance == office.instance.description else {
            throw Failure(.notFound, "The document is on \(owned.instance).", code: "elsewhere")
        }
        let tiff = try await Disk.run { [place = office.place] in try place.document(of: owned) }
        let form = try call.query("format", as: Form.self) ?? .pdf
        let bytes = form == .pdf ? try await office.documents.pdf(from: tiff) : tiff
        call.log.info("fax looked at", metadata: ["fax.id": "\(owned.fax.id)"])
        return Response(
            status: .ok,
            headers: [
                .contentType: form == .pdf ? "application/pdf" : "image/tiff",
                .contentDisposition: "attachment; filename=\"\(owned.fax.id).\(form == .pdf ? "pdf" : "tif")\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let owned = try await office.find(call.path("id"), tenant: call.tenant)
        guard owned.instance == office.instance.description else {
            throw Failure(.conflict, "The fax is \(owned.instance)'s.", code: "elsewhere")
        }
        try await office.forget(owned)
        return Nothing()
    }
}
