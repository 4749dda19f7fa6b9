internal import Daybook
internal import DaybookPlatform
internal import Synchronization

extension SegmentPreparer {
    /// The manifest as it would be written now.
    var currentManifest: Manifest { state.withLock { $0.manifestToWrite() } }

    /// Has the manifest changed and made durable; by one caller at a time.
    ///
    /// All manifests are written here, one after the other, so that none undoes what another says.
    /// - Parameter waits: whether a thread runs that does the work; otherwise it is done here.
    func change(
        waits: Bool, _ body: @escaping @Sendable (inout Manifest) -> Void
    ) -> ManifestChange {
        state.withLock { $0.change = body }
        if waits { state.broadcast() } else { makeChange(body) }
        return state.wait(
            until: { $0.changed != nil },
            then: { state in
                defer { state.changed = nil }
                return state.changed!
            })
    }

    func makeChange(_ body: (inout Manifest) -> Void) {
        var manifest = state.withLock { $0.manifestToWrite() }
        body(&manifest)
        manifest.generation += 1
        let outcome = files.replace(with: manifest)
        let written = manifest
        state.withLock { state in
            state.change = nil
            state.changed = outcome
            if case .done = outcome { state.take(written) }
        }
        state.broadcast()
        if case .done = outcome { onManifest.withLock { $0 }.hear?() }
    }
}
