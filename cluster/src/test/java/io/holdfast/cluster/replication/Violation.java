package io.holdfast.cluster.replication;

/** The report of a promise that does not hold in a {@link Simulation}. */
@SuppressWarnings("serial") // Never leaves the tests.
final class Violation extends AssertionError {
  Violation(String what) {
    super(what);
  }
}
