/// A form with a file: its fields lie within it.
func check(_ bytes: [UInt8]) {
    for type in ["multipart/form-data; boundary=x", "multipart/form-data; charset=utf-8; boundary=\"--\""] {
        guard let form = FormData(bytes, contentType: type) else { continue }
        mustHold(form.fields.count <= FormData.mostFields, "no more fields than may be")
        mustHold(form.fields.map(\.bytes.count).reduce(0, +) <= bytes.count, "fields lie within the form")
        for field in form.fields { _ = form.text(field.name) }
    }
    _ = FormData([], contentType: String(decoding: bytes, as: UTF8.self))
}
