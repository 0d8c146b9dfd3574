import Testing

@testable import SIP

/// RFC 3261 §17.1.3 and §17.2.3.
@Suite struct TransactionTableTests {
    let peer = SIPPeer(.udp, "192.0.2.1", 5060)

    func machine() -> any Transaction {
        NonInviteServerTransaction(isReliable: false, timers: TransactionTimers())
    }

    @Test func `a request with the same branch, sent-by and method is the same`() {
        let key = ServerTransactionKey(plainRequest(.invite))
        #expect(key == ServerTransactionKey(plainRequest(.invite, number: 1)))
        #expect(key != ServerTransactionKey(plainRequest(.invite, branch: "z9hG4bKtwo")))
        #expect(key != ServerTransactionKey(plainRequest(.bye)))
        var elsewhere = plainRequest(.invite)
        elsewhere.via[0].port = 5062
        #expect(key != ServerTransactionKey(elsewhere))
        var noPort = plainRequest(.invite)
        noPort.via[0].port = nil
        #expect(key == ServerTransactionKey(noPort), "5060 is what no port means")
    }

    @Test func `an ACK belongs to its INVITE, a CANCEL is a transaction of its own`() {
        let key = ServerTransactionKey(plainRequest(.invite))
        #expect(key == ServerTransactionKey(plainRequest(.ack)))
        #expect(key != ServerTransactionKey(plainRequest(.cancel)))
        #expect(key == ServerTransactionKey(inviteOf: plainRequest(.cancel)))
    }

    @Test func `without RFC 3261's cookie, Call-ID, number, From tag and URI tell`() {
        let invite = plainRequest(.invite, branch: "1")
        let key = ServerTransactionKey(invite)
        #expect(key == ServerTransactionKey(plainRequest(.ack, branch: "1", toTag: "x")))
        #expect(key != ServerTransactionKey(plainRequest(.invite, number: 2, branch: "1")))
        #expect(key != ServerTransactionKey(plainRequest(.invite, branch: "1", callID: "other")))
    }

    @Test func `a response finds its request by branch and CSeq method`() {
        let invite = plainRequest(.invite)
        #expect(
            ClientTransactionKey(invite.response(200)) == ClientTransactionKey(branch: "z9hG4bKone", method: .invite))
        #expect(
            ClientTransactionKey(plainRequest(.cancel).response(200))
                != ClientTransactionKey(branch: "z9hG4bKone", method: .invite))
        var none = invite.response(200)
        none.via = []
        #expect(ClientTransactionKey(none) == nil)
    }

    @Test func `the name of a transaction that has ended matches nothing, though its place is used again`() throws {
        var table = TransactionTable<String>(limit: 10)
        let key = ServerTransactionKey(plainRequest(.options))
        let added = table.add(machine(), server: key, peer: peer, owner: "first")
        let first = try #require(added)
        table.remove(first)
        let addedAgain = table.add(machine(), server: key, peer: peer, owner: "second")
        let second = try #require(addedAgain)
        #expect(table.owner(of: first) == nil)
        #expect(table.owner(of: second) == "second")
        #expect(table.handle(first, .retransmission) == [])
        table.remove(first)
        #expect(table.server(key) == second)
        #expect(table.count == 1)
    }

    @Test func `a full table takes no more`() throws {
        var table = TransactionTable<String>(limit: 2)
        for number in 0..<2 {
            let key = ServerTransactionKey(plainRequest(.options, branch: "z9hG4bK\(number)x"))
            #expect(table.add(machine(), server: key, peer: peer, owner: "") != nil)
        }
        let key = ServerTransactionKey(plainRequest(.options, branch: "z9hG4bKmore"))
        #expect(table.add(machine(), server: key, peer: peer, owner: "") == nil)
        #expect(table.server(key) == nil)
    }

    @Test func `an input for another kind of transaction does nothing`() throws {
        var table = TransactionTable<String>(limit: 2)
        let added = table.add(machine(), server: ServerTransactionKey(plainRequest(.options)), peer: peer, owner: "")
        let id = try #require(added)
        #expect(table.handle(id, .ack) == [])
        #expect(table.handle(id, .response(plainRequest(.options).response(200))) == [])
    }
}
