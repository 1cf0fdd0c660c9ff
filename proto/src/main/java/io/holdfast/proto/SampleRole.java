package io.holdfast.proto;

/** The role of a sample line in its metric. */
enum SampleRole {
  /** The value, or a quantile or bucket. */
  VALUE,
  /** The {@code _count}. */
  COUNT,
  /** The {@code _sum}. */
  SUM
}
