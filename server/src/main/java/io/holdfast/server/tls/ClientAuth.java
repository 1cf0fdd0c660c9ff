package io.holdfast.server.tls;

/** What is asked of clients: Go's five policies. */
public enum ClientAuth {
  NONE(false, false, false),
  REQUEST(true, false, false),
  REQUIRE_ANY(true, true, false),
  VERIFY_IF_GIVEN(true, false, true),
  REQUIRE_AND_VERIFY(true, true, true);

  private final boolean asks;
  private final boolean requires;
  private final boolean verifies;

  ClientAuth(boolean asks, boolean requires, boolean verifies) {
    this.asks = asks;
    this.requires = requires;
    this.verifies = verifies;
  }

  /** Whether a client is asked for a certificate at all. */
  public boolean asks() {
    return asks;
  }

  boolean requires() {
    return requires;
  }

  /** Whether a certificate must have been signed by a trusted authority. */
  public boolean verifies() {
    return verifies;
  }
}
