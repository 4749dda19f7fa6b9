extension UTF8Span {
    /// The text as raw memory, for readers that look at bytes. Nothing is copied.
    package var bytes: RawSpan {
        @_lifetime(copy self)
        get {
            // Safe: text is initialised bytes, and the span depends on what this one depends on.
            let raw = unsafe span.bytes
            return unsafe _overrideLifetime(raw, copying: self)
        }
    }
}
