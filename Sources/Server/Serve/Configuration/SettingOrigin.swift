/// Where a setting got its value from; what stands later wins.
package enum SettingOrigin: Hashable, Sendable {
    case standard
    case file(path: String, line: Int)
    case variable(String)
    case flag(String)
}

extension SettingOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .variable(let name): "$\(name)"
        case .flag(let name): "--\(name)"
        }
    }
}

extension SettingOrigin {
    /// A value as whoever reads the error has written it there.
    func spelling(_ name: String, _ text: String) -> String {
        switch self {
        case .standard, .file: "\(name) = \(text)"
        case .variable(let variable): "\(variable)=\(text)"
        case .flag(let flag): "--\(flag) \(text)"
        }
    }
}
