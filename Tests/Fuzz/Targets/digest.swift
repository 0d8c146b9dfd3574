/// The values of headers: addresses, and the parameters of a challenge or its answer.
func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.filter { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
    if let uri = try? SIPURI(text) {
        mustHold((try? SIPURI(uri.description)) == uri, "an address survives being written and read")
    }
    _ = try? NameAddress.list(text)
    _ = DigestParameters(text)?["realm"]
    _ = DigestParameters("Digest \(text)")?["nonce"]
    _ = SIPURI.unescape(text)
}
