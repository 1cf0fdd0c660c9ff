package io.holdfast.server.tls;

/** The demand for client certificates: Go's five policies. */
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

  /** Returns whether the server asks clients for a certificate. */
  public boolean asks() {
    return asks;
  }

  boolean requires() {
    return requires;
  }

  /** Returns whether a trusted authority must have signed the certificate. */
  public boolean verifies() {
    return verifies;
  }
}
