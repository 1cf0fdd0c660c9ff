package io.holdfast.proto;

/** A body that takes more heap than its {@link HeapMeter.Allowance} grants. */
public final class TooHeavyException extends ParseException {
  private static final long serialVersionUID = 1L;

  TooHeavyException() {
    super("the body takes more memory than it is granted");
  }
}
