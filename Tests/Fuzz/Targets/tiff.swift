/// An uploaded document: its pages lie within it, and no more are read than may be.
func check(_ bytes: [UInt8]) {
    guard let read = TIFFPages(bytes, most: 20) else { return }
    mustHold((1...20).contains(read.pages.count), "no more pages than may be")
    for page in read.pages {
        mustHold(page.strips.allSatisfy { $0.upperBound <= bytes.count }, "strips lie within the file")
        _ = page.isFax
    }
}
