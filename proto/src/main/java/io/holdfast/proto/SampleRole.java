package io.holdfast.proto;

/** What a sample line says about its metric. */
enum SampleRole {
  /** Its value, or one of its quantiles or buckets. */
  VALUE,
  /** Its {@code _count}. */
  COUNT,
  /** Its {@code _sum}. */
  SUM
}
