import Testing

/// Histories that happened, imported whole and compared with what is known of them.
///
/// The data is no part of this repository, so a checkout without it skips these tests and says so.
@Suite(.enabled(if: RealSet.arePresent, "\(RealSet.absence)"), SharedImports())
struct RealData {}
