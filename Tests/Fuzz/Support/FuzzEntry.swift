/// What libFuzzer calls for each input. A target is one file of `Targets/`, which says what must hold in ``check(_:)``.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the process if something that must hold does not: libFuzzer then keeps the input.
func mustHold(_ condition: @autoclosure () -> Bool, _ sentence: StaticString) {
    guard condition() else { fatalError("\(sentence)") }
}
