import Contracts
import SIP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct RegistrarTests {
    var registrar = Registrar<String>()
    let amy = Registrar<String>.Key(tenant: "demo", phone: "1001")

    @Test mutating func `a registered phone is found until it expires`() {
        #expect(register(60, sequence: 1, at: 0) == .bound(isNew: true))
        #expect(registrar.place(of: amy, at: at(59)) == "here")
        #expect(registrar.place(of: amy, at: at(60)) == nil)
    }

    @Test mutating func `a refresh is not news, a registration after the expiry is`() {
        _ = register(60, sequence: 1, at: 0)
        #expect(register(60, sequence: 2, at: 30) == .bound(isNew: false))
        #expect(register(60, sequence: 3, at: 200) == .bound(isNew: true))
    }

    @Test mutating func `an expiry of zero removes the phone`() {
        _ = register(60, sequence: 1, at: 0)
        #expect(unregister(sequence: 2, at: 1) == .unbound(wasBound: true))
        #expect(registrar.place(of: amy, at: at(1)) == nil)
    }

    @Test mutating func `a phone that has moved gives up its old contact and keeps the new one`() {
        _ = register(60, sequence: 1, at: 0)
        #expect(unregister("sip:old", sequence: 2, at: 1) == .unbound(wasBound: false))
        #expect(registrar.place(of: amy, at: at(1)) == "here")
        #expect(unregister(nil, sequence: 3, at: 2) == .unbound(wasBound: true))
    }

    @Test mutating func `what was bound before a restart is found, but never replaces what came after it`() {
        let kept = Registrar<String>.Binding(
            place: "there", contact: "sip:there", expiresAt: at(30), callID: "y", sequence: 9)
        registrar.restore(amy, kept)
        #expect(registrar.place(of: amy, at: at(29)) == "there")
        #expect(registrar.place(of: amy, at: at(30)) == nil)
        _ = register(60, sequence: 1, at: 1)
        registrar.restore(amy, kept)
        #expect(registrar.place(of: amy, at: at(2)) == "here")
    }

    @Test mutating func `a phone that was removed can no longer be called`() {
        _ = register(60, sequence: 1, at: 0)
        #expect(registrar.expire(at: at(1), unless: { _ in false }) == [amy])
        #expect(registrar.place(of: amy, at: at(1)) == nil)
    }

    @Test mutating func `a request that was overtaken changes nothing`() {
        _ = register(60, sequence: 5, at: 0)
        #expect(unregister(sequence: 4, at: 1) == .overtaken)
        #expect(register(60, sequence: 5, at: 1) == .overtaken)
        #expect(registrar.place(of: amy, at: at(1)) == "here")
    }

    @Test mutating func `what expired is told once`() {
        _ = register(60, sequence: 1, at: 0)
        #expect(registrar.expire(at: at(59)) == [])
        #expect(registrar.expire(at: at(60)) == [amy])
        #expect(registrar.expire(at: at(61)) == [])
    }

    @Test func `another tenant's extension is another phone`() {
        var registrar = Registrar<String>()
        _ = registrar.register(
            amy, place: "here", contact: "sip:here", seconds: 60, callID: "x", sequence: 1, at: at(0))
        #expect(registrar.place(of: .init(tenant: "other", phone: "1001"), at: at(1)) == nil)
    }

    @Test(arguments: [(1, 20), (300, 300), (100_000, 3600)])
    func `a phone is granted a sensible time`(_ asked: Int, _ granted: Int) {
        #expect(Registrar<String>.granted(asked) == granted)
    }

    private mutating func register(_ seconds: Int, sequence: UInt32, at second: Int64) -> Registrar<String>.Verdict {
        registrar.register(
            amy, place: "here", contact: "sip:here", seconds: seconds, callID: "x", sequence: sequence,
            at: at(second))
    }

    private mutating func unregister(
        _ contact: String? = "sip:here", sequence: UInt32, at second: Int64
    ) -> Registrar<String>.Verdict {
        registrar.unregister(amy, contact: contact, callID: "x", sequence: sequence, at: at(second))
    }

    private func at(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }
}

@Suite struct PhoneAddressTests {
    @Test(arguments: [
        ("sip:1001@demo", "demo", "1001"), ("sip:1001@DEMO", "demo", "1001"),
        ("sip:1001*demo@192.0.2.1:5060", "demo", "1001"), ("sip:10*01@demo", "demo", "10*01"),
    ])
    func `a phone is named with its tenant`(_ uri: String, _ tenant: TenantID, _ phone: PhoneID) throws {
        let address = try #require(PhoneAddress(try SIPURI(uri)) { $0 == "demo" })
        #expect(address.tenant == tenant && address.phone == phone)
    }

    @Test(arguments: [
        "sip:1001@other", "sip:1001*other@192.0.2.1", "sip:demo", "sip:*demo@192.0.2.1", "sip:1001*@192.0.2.1",
    ])
    func `an address of nobody's is none`(_ uri: String) throws {
        #expect(PhoneAddress(try SIPURI(uri)) { $0 == "demo" } == nil)
    }
}
