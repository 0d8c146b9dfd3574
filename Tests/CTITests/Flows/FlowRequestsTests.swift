import Contracts
import Foundation
import Logging
import TestSupport
import Testing

@testable import CTI

/// Requests of flows, against Python's HTTP server.
@Suite(.timeLimit(.minutes(1))) struct FlowRequestsTests {
    @Test func `only hosts that the operator has named are asked`() throws {
        let hosts = FlowHosts(["api.example", "10.0.0.5:8080", "t1=crm.example:8443", "bad:port", ""])
        func allows(_ url: String, _ tenant: TenantID = "t") throws -> Bool {
            hosts.allow(try #require(URL(string: url)), to: tenant)
        }
        #expect(try allows("https://api.example/x") && allows("http://API.example:80/x"))
        #expect(try allows("http://10.0.0.5:8080/"))
        #expect(try allows("https://crm.example:8443/", "t1") && !allows("https://crm.example:8443/", "t2"))
        #expect(try !allows("https://api.example:8443/") && !allows("http://10.0.0.5/") && !allows("http://127.0.0.1/"))
        #expect(try !allows("ftp://api.example/") && !allows("https://u@api.example/"))
        #expect(try !allows("https://api.example.evil/") && !allows("http://bad/"))
        let local = try #require(URL(string: "http://localhost/"))
        #expect(!FlowHosts().allow(local, to: "t"))
    }

    /// Echoes what it is asked; `/moved` leads elsewhere, `/slow` and `/long` are what they say.
    private static let script = """
        import http.server, json, sys, time
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args): pass
            def answer(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0)).decode()
                if self.path == '/slow': time.sleep(3)
                out = json.dumps({'path': self.path, 'body': body, 'method': self.command,
                    'key': self.headers.get('X-Key'), 'once': self.headers.get('Idempotency-Key')}).encode()
                if self.path == '/long': out = b'"' + b'x' * 600000 + b'"'
                self.send_response(302 if self.path == '/moved' else 200)
                if self.path == '/moved': self.send_header('Location', '/elsewhere')
                self.send_header('Content-Length', str(len(out)))
                self.end_headers()
                try: self.wfile.write(out)
                except OSError: pass
            do_GET = do_POST = answer
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    private func withPeer(_ body: (Int) async throws -> Void) async throws {
        let peer = Process()
        let output = Pipe()
        peer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        peer.arguments = ["python3", "-c", Self.script]
        peer.standardOutput = output
        try peer.run()
        defer {
            // It has SIGTERM blocked, as tests have.
            kill(peer.processIdentifier, SIGKILL)
            peer.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await body(port)
    }

    private func request(_ url: String, _ method: String = "GET", body: String? = nil) -> FlowRequest {
        FlowRequest(
            method: method, url: url, headers: ["X-Key": "{secret:bank}"], body: body, timeoutSeconds: 1)
    }

    @Test func `a flow asks another system, with its secret, and follows no redirection`() async throws {
        try await withDatabase("cti", CTI.schema) { database in
            let secrets = FlowSecretStore(database: database)
            try await secrets.keep("bank", "old", tenant: "t")
            try await secrets.keep("bank", "s3cret", tenant: "t")
            let names = try await secrets.names(tenant: "t")
            #expect(names == ["bank"])
            try await withPeer { port in
                let requests = FlowRequests(
                    hosts: FlowHosts(["127.0.0.1:\(port)"]), secrets: secrets, log: Logger(label: "test"))
                func ask(_ path: String, _ method: String = "GET", body: String? = nil, tenant: TenantID = "t") async
                    -> FlowAnswer
                {
                    await requests.answer(
                        request("http://127.0.0.1:\(port)\(path)", method, body: body), idempotencyKey: "c1.3",
                        tenant: tenant)
                }
                let posted = await ask("/x?y=1", "POST", body: "{\"a\": 1}")
                let expected: JSONValue = [
                    "path": "/x?y=1", "body": "{\"a\": 1}", "method": "POST", "key": "s3cret", "once": "c1.3",
                ]
                #expect(posted == .response(status: 200, body: expected))
                guard case .response(let status, _) = await ask("/moved") else {
                    Issue.record("no answer")
                    return
                }
                #expect(status == 302)
                let slow = await ask("/slow")
                let long = await ask("/long")
                let strange = await ask("/x", tenant: "other")
                #expect(slow == .failed && long == .failed)
                #expect(strange == .failed, "another tenant has no such secret")
                let elsewhere = FlowRequests(hosts: FlowHosts(), secrets: secrets, log: Logger(label: "test"))
                let refused = await elsewhere.answer(
                    request("http://127.0.0.1:\(port)/x"), idempotencyKey: "1", tenant: "t")
                #expect(refused == .failed)
            }
            try await secrets.remove("bank", tenant: "t")
            let left = try await secrets.names(tenant: "t")
            #expect(left.isEmpty)
        }
    }
}
