internal import Daybook
internal import DaybookPlatform
internal import Synchronization

extension SegmentPreparer {
    /// The manifest as it would be written now: it says of segments that they are sealed of which the one on the disk
    /// does not say so yet.
    var nextManifest: Manifest { state.withLock { $0.manifestToWrite() } }

    /// The manifest that is durable, after it was made to say what is sealed.
    ///
    /// Only by such a one may a segment be replaced. Two manifests are kept, so that one may be lost: of a segment that
    /// it names as being written, and whose file is gone, the one before it would know nothing.
    /// - Throws: `diskFull`, `inputOutput`.
    func manifestOfSealed(waits: Bool) throws(StoreError) -> Manifest {
        if state.withLock({ !$0.sealed.isEmpty }) {
            try change(waits: waits) { _ in }.get()
        }
        return state.withLock { $0.manifest }
    }

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
