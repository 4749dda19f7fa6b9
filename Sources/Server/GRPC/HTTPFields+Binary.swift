internal import DaybookBytes
package import DaybookHTTP

extension HTTPFields {
    /// The values of a field whose name ends in `-bin`: Base64 with or without padding, several separated by commas.
    /// Nil where one of them is no Base64.
    package func binary(_ name: String) -> [[UInt8]]? {
        var decoded: [[UInt8]] = []
        for value in values(name) {
            for part in value.split(separator: ",", omittingEmptySubsequences: false) {
                let text = part.drop { $0 == " " }
                guard let bytes = Base64.decode(String(text), needsPadding: false) else {
                    return nil
                }
                decoded.append(bytes)
            }
        }
        return decoded
    }
}
